import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { containerBackend } from './container-backend.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const silent = { update: () => undefined, note: () => undefined }
const backend = containerBackend({ cacheDirectory: tmpdir() })

test('a DOCKER_HOST where nothing listens is named, with what to do', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${port}`)

  const availability = await backend.check()
  expect(availability).toMatchObject({
    usable: false,
    reason: `No Docker engine answers. Tried tcp://127.0.0.1:${port} (DOCKER_HOST): nothing listens.`,
    remedy: expect.stringContaining('set DOCKER_HOST'),
  })
  await expect(backend.start({ progress: silent })).rejects.toMatchObject({ code: 'BACKEND_DOCKER_NOT_FOUND' })
})

test('a socket that is missing and an address of an unknown kind are reasons too', async () => {
  vi.stubEnv('DOCKER_HOST', 'unix:///no/such/docker.sock')
  expect(await backend.check()).toMatchObject({ reason: expect.stringContaining('no such socket') })
  vi.stubEnv('DOCKER_HOST', 'ssh://somebody@example.com')
  expect(await backend.check()).toMatchObject({ reason: expect.stringContaining('ssh:// is not supported') })
  vi.stubEnv('DOCKER_HOST', 'docker')
  expect(await backend.check()).toMatchObject({ usable: false, reason: expect.stringContaining('DOCKER_HOST') })
})

test('an engine that accepts and never answers does not hold up the look', async () => {
  const server = createTcpServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(await backend.check()).toMatchObject({
    usable: false,
    reason: expect.stringMatching(/no answer within \d+ ms/),
  })
})

test('an aborted look rejects with the reason of its signal', async () => {
  const server = createTcpServer(() => undefined).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const abort = new AbortController()
  const looking = backend.check(abort.signal)
  abort.abort()
  await expect(looking).rejects.toThrow(/abort/i)
})

test.skipIf(process.platform === 'win32')('a socket that may not be used says whose group to join', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-tidb-socket-'))
  chmodSync(folder, 0o755)
  const path = join(folder, 'docker.sock')
  const server = createServer().listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o000)
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  // Root may use every socket, so the look is made by a process that has given root up.
  const program = `
    const { containerBackend } = await import(${JSON.stringify(new URL('container-backend.ts', import.meta.url).href)})
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
    console.log(JSON.stringify(await containerBackend({ cacheDirectory: '/nowhere' }).check()))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, DOCKER_HOST: `unix://${path}` },
  })
  expect(JSON.parse(stdout === '' ? JSON.stringify({ stderr }) : stdout)).toMatchObject({
    usable: false,
    reason: `The Docker engine may not be used: unix://${path} (DOCKER_HOST): permission denied.`,
    remedy: expect.stringContaining('usermod -aG docker'),
  })
})
