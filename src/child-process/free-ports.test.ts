import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { freePorts } from './free-ports.ts'

test('free ports differ from each other and can be listened on', async () => {
  const ports = await freePorts(8)
  expect(new Set(ports).size).toBe(8)
  for (const port of ports) {
    const server = createServer().listen(port, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
  }
})
