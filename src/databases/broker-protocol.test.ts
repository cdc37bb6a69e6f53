import { connect } from 'node:net'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test, vi } from 'vitest'
import { BackendError } from '../errors/backend-error.ts'
import { Secret } from '../logging/secret.ts'
import { endpointToWire, grantFromWire, grantSchema, parseMessage } from './broker-protocol.ts'
import { openBroker, worker } from './testing/real-tidb.ts'

const noBackend = () => Promise.reject(new BackendError('BACKEND_NONE', 'no TiDB here', { remedy: 'Install one.' }))

test('a grant survives the socket, and its password does not print', () => {
  const wire = {
    serverId: 'a',
    endpoint: endpointToWire({ host: 'h', port: 4000, user: 'u', password: new Secret('pw'), tls: { verify: false } }),
    backend: 'external',
    version: 'v',
    store: 'tikv',
    sharing: 'shared',
    detail: 'd',
    features: { foreignKeys: true, checkConstraints: false, metadataLock: true, resourceControl: true },
  }
  const grant = grantFromWire(parseMessage(grantSchema, JSON.parse(JSON.stringify(wire)), 'A grant'))
  expect(grant.endpoint.password?.reveal()).toBe('pw')
  expect(grant.endpoint.tls).toEqual({ verify: false })
  expect(JSON.stringify(grant)).not.toContain('pw')
})

test('a message that is wrong is refused with the part that is wrong, not with its contents', () => {
  const wrong = { endpoint: { host: 'h', port: 'secret', user: 'u', password: 'secret' } }
  expect(() => parseMessage(grantSchema, wrong, 'A grant')).toThrow(/A grant can't be understood[\s\S]*endpoint\.port/u)
  expect(() => parseMessage(grantSchema, wrong, 'A grant')).not.toThrow(/secret/u)
})

test('only this user can reach the socket', async () => {
  const broker = await openBroker(noBackend)
  expect((await stat(dirname(broker.address))).mode & 0o777).toBe(0o700)
  await broker.stop()
  await expect(stat(dirname(broker.address))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('what kept the backend from starting reaches the worker with code and remedy, and the next request tries again', async () => {
  const start = vi.fn<typeof noBackend>(noBackend)
  const client = await worker(await openBroker(start))
  for (const attempt of [1, 2]) {
    await expect(client.leaseDatabase({ slot: 1 })).rejects.toMatchObject({
      name: 'BackendError',
      code: 'BACKEND_NONE',
      message: expect.stringContaining('Install one.'),
    })
    expect(start).toHaveBeenCalledTimes(attempt)
  }
})

test('a request that nobody understands is answered with why', async () => {
  const broker = await openBroker(noBackend)
  const socket = connect(broker.address)
  socket.write(`${JSON.stringify({ id: 7, call: { method: 'leaseDatabase', slot: 'one' } })}\n`)
  const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
  expect(JSON.parse(answer)).toMatchObject({
    id: 7,
    error: { code: 'DATABASE_BROKER_PROTOCOL', message: expect.stringContaining('slot') },
  })
  socket.write('no JSON\n')
  await new Promise((resolve) => socket.once('close', resolve))
})
