import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { openSession } from '../../../connections/open-session.ts'
import type { Endpoint } from '../../../connections/endpoint.ts'
import type { RunningBackend, Schema } from '../../backend.ts'
import { containerBackend, type ContainerBackendOptions } from '../container-backend.ts'
import {
  docker,
  listed,
  obstacle,
  ownContainers,
  recorder,
  scratchFolder,
  variant,
  warmImagesOf,
} from '../testing/test-image.ts'

const schema: Schema = {
  source: 'shop.sql',
  statements: [
    'CREATE TABLE IF NOT EXISTS item (id INT PRIMARY KEY, name LONGTEXT)',
    "INSERT INTO item VALUES (1, 'tea'), (2, REPEAT('long ', 200000))",
  ],
  hash: 'a hash of those statements',
}

async function started(
  options: ContainerBackendOptions,
  start: { schema?: Schema; progress?: ReturnType<typeof recorder> } = {},
): Promise<RunningBackend> {
  const running = await containerBackend({ readyDatabases: 3, ...options }).start({ progress: recorder(), ...start })
  onTestFinished(() => running.stop())
  return running
}

async function ask(endpoint: Endpoint, database: string): Promise<unknown[]> {
  const session = await openSession({ name: 'observer', endpoint, database })
  try {
    return await session.query`SELECT id, LENGTH(name) AS length, RIGHT(name, 5) AS ends FROM item ORDER BY id`
  } finally {
    await session.close()
  }
}

const rows = [
  { id: 1, length: 3, ends: 'tea' },
  { id: 2, length: 1_000_000, ends: 'long ' },
]

describe.skipIf(obstacle !== undefined)('a warm image', { timeout: 180_000 }, () => {
  test('is made once, with the schema in databases that are ready, and each worker starts from it', async () => {
    const [image, cacheDirectory] = [await variant(), await scratchFolder()]
    const options = { image, cacheDirectory, containerPer: 'worker' } as const
    const first = recorder()
    // Two runs at once: one makes it, the other waits.
    const [one, other] = await Promise.all([
      started(options, { schema, progress: first }),
      started(options, { schema }),
    ])
    expect(await warmImagesOf(image)).toHaveLength(1)
    expect(one).toMatchObject({ sharing: 'private', store: 'unistore', detail: expect.stringContaining('(warm)') })

    const servers = await Promise.all([one.openServer(), one.openServer(), other.openServer()])
    for (const { endpoint, readyDatabases } of servers) {
      expect(readyDatabases).toEqual(['vt_000', 'vt_001', 'vt_002'])
      expect(await ask(endpoint, 'vt_002')).toEqual(rows)
    }
    expect(new Set(servers.map(({ endpoint }) => endpoint.port)).size).toBe(3)
    const running = await ownContainers()
    await servers[0]?.stop()
    expect(await ownContainers()).toHaveLength(running.length - 1)

    const later = recorder()
    const prepared = vi.fn<() => void>()
    const shared = await containerBackend({ image, cacheDirectory, readyDatabases: 3, warmImage: false }).start({
      progress: later,
      schema,
      onPrepared: prepared,
    })
    onTestFinished(() => shared.stop())
    expect(later.updates.join()).not.toContain('Making')
    expect(prepared).toHaveBeenCalledOnce()
    expect(await ask((await shared.openServer()).endpoint, 'vt_000')).toEqual(rows)
    // Eight megabytes at most come on top of the original: no log full of zeros.
    const sizeOf = async (name: string): Promise<number> =>
      Number(await docker('image', 'inspect', '--format', '{{.Size}}', name))
    const [warm = ''] = await warmImagesOf(image)
    expect((await sizeOf(warm)) - (await sizeOf(image))).toBeLessThan(20e6)
  })

  test('is made beside the first run, and the next one starts from it', async () => {
    const [image, cacheDirectory] = [await variant(), await scratchFolder()]
    const options = { image, cacheDirectory, warmImage: true }
    const first = await started(options)
    expect(first).toMatchObject({ sharing: 'shared', detail: expect.not.stringContaining('(warm)') })
    expect((await first.openServer()).readyDatabases).toEqual([])
    await vi.waitFor(async () => expect(await warmImagesOf(image)).toHaveLength(1), { timeout: 100_000, interval: 200 })
    await first.stop()
    const second = await started(options)
    expect(second.detail).toContain('(warm)')
    expect((await second.openServer()).readyDatabases).toHaveLength(3)
  })

  test('that is removed by somebody, or is broken, is noticed: TiDB starts from the original', async () => {
    const [image, cacheDirectory] = [await variant(), await scratchFolder()]
    const options = { image, cacheDirectory, containerPer: 'worker' } as const
    const running = await started(options)
    const [warm = ''] = await warmImagesOf(image)
    const reference = await docker('image', 'inspect', '--format', '{{index .RepoTags 0}}', warm)
    await docker('rmi', '--force', warm)
    // The backend has looked it up already, and makes it anew.
    expect((await running.openServer()).readyDatabases).toHaveLength(3)
    expect(await warmImagesOf(image)).toHaveLength(1)
    await running.stop()

    const container = await docker('create', reference)
    await docker('commit', '--change', 'CMD ["-no-such-flag"]', container, reference)
    await docker('rm', container)
    const progress = recorder()
    const shared = await started({ image, cacheDirectory, warmImage: false }, { progress })
    expect(shared.detail).not.toContain('(warm)')
    expect(progress.notes.join('\n')).toMatch(/does not start and is removed: .*exit code 2/)
    await expect(docker('image', 'inspect', reference)).rejects.toThrow(/No such image/)
  })

  test('whose making is interrupted leaves neither image nor container, and the next run makes it', async () => {
    const [image, cacheDirectory] = [await variant(), await scratchFolder()]
    const source = new URL('../container-backend.ts', import.meta.url).href
    const program = `
      const { containerBackend } = await import(${JSON.stringify(source)})
      const backend = containerBackend(${JSON.stringify({ image, cacheDirectory, containerPer: 'worker', readyDatabases: 200 })})
      await backend.start({ progress: { update: (message, done) => done === 5 && console.log(message), note() {} } })`
    const maker = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void maker.kill('SIGKILL'))
    await once(createInterface(maker.stdout), 'line')
    expect(await listed(`ancestor=${image}`)).toHaveLength(1)
    maker.kill('SIGKILL')
    await vi.waitFor(async () => expect(await listed(`ancestor=${image}`)).toEqual([]), {
      timeout: 30_000,
      interval: 100,
    })
    expect(await warmImagesOf(image)).toEqual([])
    await started({ image, cacheDirectory, containerPer: 'worker' })
    expect(await warmImagesOf(image)).toHaveLength(1)
    const left = (await readdir(join(cacheDirectory, 'containers'))).filter((name) => !name.endsWith('.used'))
    // The lock of the killed process was for another number of databases; nobody waits for it.
    expect(left).toHaveLength(1)
  })

  test('of a schema that fails is not made, and says which statement', async () => {
    const [image, cacheDirectory] = [await variant(), await scratchFolder()]
    const wrong = { ...schema, statements: ['CREATE TABLE item (id INT', ...schema.statements], hash: 'another' }
    const before = await ownContainers()
    await expect(started({ image, cacheDirectory, warmImage: true }, { schema: wrong })).rejects.toMatchObject({
      code: 'BACKEND_SCHEMA',
      message: expect.stringContaining('Statement 1 of shop.sql failed'),
    })
    expect(await ownContainers()).toEqual(before)
    expect(await warmImagesOf(image)).toEqual([])
  })

  test('that was not used for long goes when there are more than eight', async () => {
    const [image, cacheDirectory] = [await variant(), await scratchFolder()]
    const make = async (readyDatabases: number): Promise<void> =>
      (
        await containerBackend({ image, cacheDirectory, containerPer: 'worker', readyDatabases }).start({
          progress: recorder(),
        })
      ).stop()
    await make(1)
    const [oldest = ''] = await warmImagesOf(image)
    const reference = await docker('image', 'inspect', '--format', '{{index .RepoTags 0}}', oldest)
    // Copies, each under a key of its own, that were used later.
    const key = reference.slice(reference.indexOf(':') + 1)
    for (let copy = 0; copy < 8; copy++) {
      const name = `${key.slice(0, 30)}0${copy}`
      const container = await docker('create', image)
      await docker('commit', '--change', `LABEL org.vitest-tidb.warm=${name}`, container, `vitest-tidb/warm:${name}`)
      await docker('rm', container)
      await pause(10)
      await writeFile(join(cacheDirectory, 'containers', `${name}.used`), '')
    }
    await make(2)
    const left = await warmImagesOf(image)
    // Warm images of whoever else uses the engine are counted too.
    expect(left.length).toBeLessThanOrEqual(8)
    expect(left).not.toContain(oldest)
    expect(await readdir(join(cacheDirectory, 'containers'))).not.toContain(`${key}.used`)
  })
})
