import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Endpoint } from '../connections/endpoint.ts'
import { AdminConnection } from './admin-connection.ts'
import { externalBackend } from '../backends/external/external-backend.ts'
import { openBroker, someServer, worker } from './testing/real-tidb.ts'

/** Listens, and does with the connections that come, in order, what it is told; those after go through to a server. */
async function frontOf(behind: Endpoint, first: readonly ('through' | 'hang up' | 'silent')[]) {
  const sockets = new Set<Socket>()
  let arrivals = 0
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()))
    const what = first[arrivals++] ?? 'through'
    if (what === 'hang up') socket.destroy()
    if (what !== 'through') return
    const upstream = connect(behind.port, behind.host).on('error', () => socket.destroy())
    sockets.add(upstream)
    socket.pipe(upstream).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const endpoint = { ...behind, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  return { endpoint, arrivals: () => arrivals }
}

test('an administrative connection is tried as often as retry says', async () => {
  const { server } = await someServer()
  const retried: number[] = []
  const retry = { firstDelay: 0, onRetry: ({ attempt }: { attempt: number }) => void retried.push(attempt) }
  const shaky = await frontOf(server.endpoint, ['hang up', 'hang up'])
  const admin = await AdminConnection.open(shaky.endpoint, { retry })
  expect(await admin.run('SELECT 1 AS one')).toEqual([{ one: '1' }])
  admin.close()
  expect(retried).toEqual([1, 2])

  const once = await frontOf(server.endpoint, ['hang up'])
  await expect(AdminConnection.open(once.endpoint, { retry: { ...retry, attempts: 1 } })).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringContaining('Tried once'),
  })
  expect(once.arrivals()).toBe(1)
})

test('a refused login is not tried again', async () => {
  const { server } = await someServer()
  const front = await frontOf(server.endpoint, [])
  const open = AdminConnection.open({ ...front.endpoint, user: 'nobody' })
  await expect(open).rejects.toMatchObject({ code: 'CONNECT_FAILED', outcome: 'permanent' })
  expect(front.arrivals()).toBe(1)
})

test('an attempt ends after the timeout when the server says nothing', async () => {
  const { server } = await someServer()
  const front = await frontOf(server.endpoint, ['silent'])
  const admin = await AdminConnection.open(front.endpoint, { timeout: 300, retry: { firstDelay: 0 } })
  admin.close()
  expect(front.arrivals()).toBe(2)
})

test('a broker connects as it is told to', async () => {
  const { server } = await someServer()
  const lend = async (attempts: number): Promise<string> => {
    // The first connection looks what the server is, the second looks after databases.
    const { endpoint } = await frontOf(server.endpoint, ['through', 'hang up'])
    const external = () =>
      externalBackend({ endpoint }).start({ progress: { update: () => undefined, note: () => undefined } })
    const broker = await openBroker(external, { connecting: { retry: { attempts, firstDelay: 0 } } })
    const { database } = await (await worker(broker)).leaseDatabase({ slot: 1 })
    return database
  }
  expect(await lend(2)).toMatch(/^vitest_tidb_/)
  await expect(lend(1)).rejects.toThrow("can't be looked after")
})
