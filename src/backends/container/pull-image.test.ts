import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { DockerEngine } from './docker-engine.ts'
import { ensureImage } from './pull-image.ts'

/** An engine that says what a test has it say: a registry from which something can be pulled is not to be had everywhere. */
async function engineThat(answers: RequestListener): Promise<DockerEngine> {
  const server = createServer(answers).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return new DockerEngine({ source: 'test', uri: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

test('a pull is told layer by layer, as the engine reports it', async () => {
  let pulled = false
  const engine = await engineThat((request, response) => {
    if (request.url?.startsWith('/images/create?fromImage=own%2Ftidb%3Av1') === true) {
      pulled = true
      const lines = [
        { status: 'Pulling from own/tidb', id: 'v1' },
        { status: 'Pulling fs layer', id: 'a' },
        { status: 'Already exists', id: 'b' },
        { status: 'Downloading', id: 'a', progressDetail: { current: 1, total: 2 } },
        { status: 'Pull complete', id: 'a' },
      ]
      response.end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(''))
    } else if (pulled) response.end(JSON.stringify({ Id: 'sha256:1', Config: { Entrypoint: ['/tidb-server'] } }))
    else response.writeHead(404).end('{"message":"No such image"}')
  })
  const told: unknown[] = []
  const progress = {
    note: (message: string) => void told.push(message),
    update: (message: string, done?: number, total?: number) => void told.push([message, done, total]),
  }
  const image = await ensureImage(engine, 'own/tidb:v1', progress)
  expect(image).toEqual({ id: 'sha256:1', entrypoint: ['/tidb-server'], command: [], labels: {} })
  expect(told[0]).toBe('Pulling own/tidb:v1: it is not here yet.')
  expect(told).toContainEqual(['Pulling own/tidb:v1', 1, 2])
  expect(told.at(-1)).toEqual(['Pulling own/tidb:v1', 2, 2])
})

test('a pull that fails after the engine began to answer says why', async () => {
  const engine = await engineThat((request, response) => {
    if (request.method === 'POST') response.end('{"error":"manifest for own/tidb:v1 not found"}\r\n')
    else response.writeHead(404).end('{"message":"No such image"}')
  })
  const progress = { note: () => undefined, update: () => undefined }
  await expect(ensureImage(engine, 'own/tidb:v1', progress)).rejects.toMatchObject({
    code: 'BACKEND_IMAGE_PULL_FAILED',
    message: expect.stringContaining('own/tidb:v1 cannot be pulled: manifest for own/tidb:v1 not found'),
    remedy: expect.stringContaining('docker pull own/tidb:v1'),
  })
})
