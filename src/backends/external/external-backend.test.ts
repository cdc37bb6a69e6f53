import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveConfig } from '../../config/resolve-config.ts'
import type { Endpoint } from '../../connections/endpoint.ts'
import { ConnectError } from '../../errors/connect-error.ts'
import { Secret } from '../../logging/secret.ts'
import { backendFor } from '../assemble.ts'
import type { RunningBackend } from '../backend.ts'
import { externalBackend } from './external-backend.ts'

const progress = { update: () => undefined, note: () => undefined }
const origin = (key: string): string => `file tidb-test.config.toml, ${key}`

let provider: RunningBackend
let endpoint: Endpoint

beforeAll(async () => {
  const { backend } = await backendFor(resolveConfig({ cwd: process.cwd(), env: process.env }))
  provider = await backend.start({ progress })
  endpoint = (await provider.openServer()).endpoint
})

afterAll(async () => {
  await provider?.stop()
})

describe('a TiDB that somebody else runs', () => {
  test('is identified by version and store, and shared by all', async () => {
    const running = await externalBackend({ endpoint, origin }).start({ progress })
    expect(running).toMatchObject({ kind: 'external', sharing: 'shared' })
    expect({ version: running.version, store: running.store }).toEqual({
      version: provider.version,
      store: provider.store,
    })
    expect(running.version).toContain('TiDB')
    expect(await running.openServer()).toBe(await running.openServer())
  })

  test('still answers after the backend was stopped', async () => {
    const backend = externalBackend({ endpoint })
    const running = await backend.start({ progress })
    await (await running.openServer()).stop()
    await running.stop()
    expect(await backend.check()).toMatchObject({ usable: true, ready: true })
  })

  test('a database that is configured must exist', async () => {
    expect(await externalBackend({ endpoint, database: 'mysql' }).check()).toMatchObject({ usable: true })
    const start = externalBackend({ endpoint, database: 'no_such_database', origin }).start({ progress })
    await expect(start).rejects.toMatchObject({
      code: 'CONNECT_UNKNOWN_DATABASE',
      message: expect.stringContaining('database no_such_database (file tidb-test.config.toml, database.database)'),
    })
  })
})

describe('what goes wrong names host, port, user and where each was set', () => {
  async function failure(wrong: Endpoint): Promise<ConnectError> {
    const backend = externalBackend({ endpoint: wrong, origin, connectTimeout: 1_000 })
    const found = await backend.check()
    const error = await backend.start({ progress }).catch((reason: unknown) => reason)
    if (!(error instanceof ConnectError)) throw error
    expect(found).toEqual({
      usable: false,
      remedy: error.remedy,
      reason: expect.not.stringContaining('Settings in use'),
    })
    for (const key of ['host', 'port', 'user', 'password'])
      expect(error.remedy).toContain(`(file tidb-test.config.toml, database.${key})`)
    expect(error.message).toContain(`${wrong.user}@${wrong.host}:${wrong.port}`)
    return error
  }

  test('a wrong password, which is not shown', async () => {
    const error = await failure({ ...endpoint, password: new Secret('hush-hush') })
    expect(error.code).toBe('CONNECT_DENIED')
    expect(`${error.message}${JSON.stringify(error.context)}`).not.toContain('hush')
  })

  test('a port on which nothing listens', async () => {
    const server = await listening(() => undefined)
    await closed(server)
    expect((await failure({ ...endpoint, port: server.port })).code).toBe('CONNECT_REFUSED')
  })

  test('a host that does not exist', async () => {
    expect((await failure({ ...endpoint, host: 'no-such-host.invalid' })).code).toBe('CONNECT_UNKNOWN_HOST')
  })

  test('a port on which something listens but says nothing', async () => {
    const server = await listening(() => undefined)
    expect((await failure({ ...endpoint, port: server.port })).code).toBe('CONNECT_TIMEOUT')
    await closed(server)
  })

  test('a port on which something else answers', async () => {
    const server = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect((await failure({ ...endpoint, port: server.port })).code).toBe('CONNECT_FAILED')
    await closed(server)
  })
})

async function listening(answer: (socket: Socket) => unknown): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as { port: number }).port }
}

async function closed({ server }: { server: Server }): Promise<void> {
  await new Promise((resolve) => server.close(resolve))
}
