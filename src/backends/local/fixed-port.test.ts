import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePorts } from '../../child-process/free-ports.ts'
import { assertPortFree, portsWith } from './fixed-port.ts'

test('a fixed port goes with a status port of its own', async () => {
  const [port = 0] = await freePorts(1)
  const [sql, status] = await portsWith(port)()
  expect(sql).toBe(port)
  expect(status).not.toBe(port)
  expect(status).toBeGreaterThan(0)
})

test('a fixed port that is taken is refused, and looked at again each time', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ports = portsWith(port)
  const refusal = { code: 'BACKEND_PORT_IN_USE', message: expect.stringContaining(`port ${port}`), context: { port } }
  await expect(assertPortFree(port)).rejects.toMatchObject(refusal)
  await expect(ports()).rejects.toMatchObject(refusal)
  server.close()
  await once(server, 'close')
  expect((await ports())[0]).toBe(port)
})
