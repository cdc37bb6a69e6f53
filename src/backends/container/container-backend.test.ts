import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePorts } from '../../child-process/free-ports.ts'
import { startTimeOf } from '../../child-process/process-identity.ts'
import type { RunningBackend } from '../backend.ts'
import { containerBackend } from './container-backend.ts'
import { ownerLabels } from './owner.ts'
import { docker, listed, obstacle, ownContainers, recorder, testImage as image, variant } from './testing/test-image.ts'

const cacheDirectory = tmpdir()
// Warm images are tested beside their source.
const backend = containerBackend({ image, cacheDirectory, warmImage: false })

test('there is a Docker engine and an image to try', async ({ skip }) => {
  skip(obstacle !== undefined, obstacle)
  expect(await backend.check()).toMatchObject({ usable: true, detail: expect.stringContaining(image) })
})

describe.skipIf(obstacle !== undefined)('a container that runs', () => {
  let running: RunningBackend
  const progress = recorder()

  beforeAll(async () => {
    running = await backend.start({ progress })
  }, 300_000)
  afterAll(() => running.stop())

  test('answers queries, and says what it is', async () => {
    const { endpoint } = await running.openServer()
    const connection = await createConnection({ host: endpoint.host, port: endpoint.port, user: endpoint.user })
    onTestFinished(() => connection.end())
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version')
    expect(rows).toEqual([{ version: running.version }])
    expect(running).toMatchObject({ kind: 'container', sharing: 'shared', store: 'unistore' })
    expect(running.detail).toContain(image)
  })

  test('serves its status port', async () => {
    const { endpoint } = await running.openServer()
    const response = await fetch(`http://${endpoint.host}:${endpoint.statusPort}/status`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ version: running.version })
  })

  test('is one for all who ask, and closing a server does not end it', async () => {
    const first = await running.openServer()
    await first.stop()
    const second = await running.openServer()
    expect(second.endpoint).toEqual(first.endpoint)
    expect((await fetch(`http://${second.endpoint.host}:${second.endpoint.statusPort}/status`)).status).toBe(200)
  })

  test('can have a port of the machine that was chosen, which a second one then can not', async () => {
    const [port = 0] = await freePorts(1)
    const chosen = await backend.start({ progress, port })
    onTestFinished(() => chosen.stop())
    expect((await chosen.openServer()).endpoint.port).toBe(port)
    await expect(backend.start({ progress, port })).rejects.toMatchObject({
      code: 'BACKEND_PORT_IN_USE',
      message: expect.stringContaining(`port ${port}`),
    })
  })

  test('carries the run and its owner on its labels', async () => {
    const [own] = await ownContainers()
    const labels = JSON.parse(await docker('inspect', '--format', '{{json .Config.Labels}}', own ?? '')) as object
    expect(JSON.stringify(labels)).toContain(`\\"pid\\":${process.pid}`)
  })
})

describe.skipIf(obstacle !== undefined)('the end of a container', () => {
  test('leaves nothing behind when it is stopped, however often', async () => {
    const before = await ownContainers()
    const running = await backend.start({ progress: recorder() })
    expect(await ownContainers()).toHaveLength(before.length + 1)
    await Promise.all([running.stop(), running.stop()])
    expect(await ownContainers()).toEqual(before)
    await expect(running.openServer()).rejects.toMatchObject({ code: 'BACKEND_STOPPED' })
  })

  test('is told with exit, signal and log when it came by itself', async () => {
    const running = await backend.start({ progress: recorder() })
    onTestFinished(() => running.stop())
    const server = await running.openServer()
    await docker('kill', /container (\w+)/.exec(running.detail)?.[1] ?? '')
    const death = await server.died
    expect(death).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
    expect(death.lastLogLines.length).toBeGreaterThan(0)
  })

  test('comes with the SIGKILL of the process that started it', async () => {
    const program = `
      const { containerBackend } = await import(${JSON.stringify(new URL('container-backend.ts', import.meta.url).href)})
      const backend = containerBackend({ image: ${JSON.stringify(image)}, cacheDirectory: ${JSON.stringify(cacheDirectory)}, warmImage: false })
      const running = await backend.start({ progress: { update() {}, note() {} } })
      console.log(running.detail)
      setInterval(() => {}, 1000)`
    // Without Ryuk, so that what removes it is the toolkit's own watcher.
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TESTCONTAINERS_RYUK_DISABLED: 'true' },
    })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [detail] = (await once(createInterface(parent.stdout), 'line')) as [string]
    const id = /container (\w+)/.exec(detail)?.[1] ?? ''
    const watchers = await childrenOf(parent.pid as number)
    expect(watchers).toHaveLength(1)
    expect(await docker('inspect', '--format', '{{.State.Running}}', id)).toBe('true')

    parent.kill('SIGKILL')
    await vi.waitFor(async () => expect(await listed(`id=${id}`)).toEqual([]), { timeout: 30_000, interval: 100 })
    const gone = (): void => expect(watchers.filter((pid) => startTimeOf(pid) !== undefined)).toEqual([])
    await vi.waitFor(gone, { timeout: 30_000, interval: 100 })
  })

  test('comes with the next start when not even the watcher lived on', async () => {
    const ended = spawn(process.execPath, ['-e', ''])
    await once(ended, 'exit')
    const labels = Object.entries(ownerLabels('a-run-that-died')).flatMap(([label, value]) => [
      '--label',
      `${label}=${value.replace(`"pid":${process.pid}`, `"pid":${ended.pid}`)}`,
    ])
    const orphan = await docker('run', '--detach', ...labels, image)
    const progress = recorder()
    const running = await backend.start({ progress })
    onTestFinished(() => running.stop())
    expect(await listed(`id=${orphan}`)).toEqual([])
    expect(progress.notes).toContainEqual(expect.stringMatching(/^Removed \d+ container/))
  })
})

describe.skipIf(obstacle !== undefined)('a container that cannot be had', () => {
  async function failure(options: { image: string; startTimeout?: number; signal?: AbortSignal }): Promise<unknown> {
    const before = await ownContainers()
    const { signal, ...others } = options
    const started = containerBackend({ cacheDirectory, warmImage: false, ...others }).start({
      progress: recorder(),
      ...(signal === undefined ? {} : { signal }),
    })
    const error = await started.then(
      () => expect.fail('it started'),
      (reason: unknown) => reason,
    )
    expect(await ownContainers()).toEqual(before)
    return error
  }

  test('has an image that cannot be pulled', async () => {
    const nowhere = 'registry.invalid/tidb:v1'
    expect(await containerBackend({ image: nowhere, cacheDirectory }).check()).toMatchObject({
      usable: true,
      ready: false,
    })
    expect(await failure({ image: nowhere })).toMatchObject({
      code: 'BACKEND_IMAGE_PULL_FAILED',
      message: expect.stringContaining(nowhere),
      remedy: expect.stringContaining(`docker pull ${nowhere}`),
    })
  })

  test('exits, and shows what it wrote last', async () => {
    const exits = await variant('CMD ["-no-such-flag"]')
    expect(await failure({ image: exits })).toMatchObject({
      code: 'BACKEND_CONTAINER_EXITED',
      message: expect.stringMatching(/exit code 2 before TiDB was ready\. Its last log lines:\n(.*\n)+/),
    })
  })

  test('has nothing to run', async () => {
    const empty = await variant('ENTRYPOINT ["/nothing"]')
    expect(await failure({ image: empty })).toMatchObject({
      code: 'BACKEND_CONTAINER_FAILED',
      message: expect.stringContaining('/nothing'),
    })
  })

  test('is not ready in time, and shows the last look and the log', async () => {
    const elsewhere = await variant('CMD ["-P", "4999"]')
    expect(await failure({ image: elsewhere, startTimeout: 3_000 })).toMatchObject({
      code: 'BACKEND_CONTAINER_NOT_READY',
      message: expect.stringMatching(/within 3000 ms\. Last look: .+\. Its last log lines:\n/),
    })
  })

  test('was not waited for', async () => {
    const elsewhere = await variant('CMD ["-P", "4999"]')
    const abort = new AbortController()
    const before = await ownContainers()
    const failing = containerBackend({ image: elsewhere, cacheDirectory, warmImage: false }).start({
      progress: recorder(),
      signal: abort.signal,
    })
    const rejected = expect(failing).rejects.toBe('enough')
    const started = async (): Promise<void> => expect(await ownContainers()).toHaveLength(before.length + 1)
    await vi.waitFor(started, { timeout: 20_000, interval: 20 })
    abort.abort('enough')
    await rejected
    expect(await ownContainers()).toEqual(before)
  })
})

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid='])
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []))
}
