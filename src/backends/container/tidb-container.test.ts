import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { GenericContainer, Network } from 'testcontainers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { StartedTiDBContainer, TiDBContainer } from 'vitest-tidb/container'
import { docker, listed, obstacle, scratchFolder, testImage, variant } from './testing/test-image.ts'

/** Ryuk's image cannot be had everywhere: these containers end with their tests. */
function definition(image = testImage): TiDBContainer {
  return new TiDBContainer(image).withAutoCleanup(false)
}

async function started(container: TiDBContainer): Promise<StartedTiDBContainer> {
  const running = await container.start()
  onTestFinished(async () => void (await running.stop()))
  return running
}

async function ask(uri: string, query: string): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri })
  try {
    const [rows] = await connection.query<RowDataPacket[]>(query)
    return rows
  } finally {
    await connection.end()
  }
}

test('without an image it is that of TiDB, in the version that TIDB_VERSION names', () => {
  onTestFinished(() => void vi.unstubAllEnvs())
  const imageOf = (container: TiDBContainer): string =>
    (Reflect.get(container, 'imageName') as { string: string }).string
  vi.stubEnv('TIDB_VERSION', '8.1.2')
  expect(imageOf(new TiDBContainer())).toBe('pingcap/tidb:v8.1.2')
  vi.stubEnv('TIDB_VERSION', '')
  expect(imageOf(new TiDBContainer())).toMatch(/^pingcap\/tidb:v8\./)
  expect(imageOf(new TiDBContainer('own/tidb:nightly'))).toBe('own/tidb:nightly')
  expect(new TiDBContainer()).toBeInstanceOf(GenericContainer)
})

describe.skipIf(obstacle !== undefined)('a TiDBContainer', { timeout: 180_000 }, () => {
  test('answers at its URI, in its database, with the flags, the configuration and the log that it was given', async () => {
    const file = join(await scratchFolder(), 'tidb.toml')
    await writeFile(file, 'server-version = "8.0.11-TiDB-own"\n[instance]\nmax_connections = 77\n')
    let log = ''
    const container = await started(
      definition()
        .withConfigFile(file)
        .withStartArguments(['-socket', '/tmp/own.sock'])
        .withDatabase('shop-eu')
        .withLogConsumer((stream) => void (stream as Readable).on('data', (line) => (log += String(line)))),
    )
    expect(container).toBeInstanceOf(StartedTiDBContainer)
    expect(container.getConnectionUri()).toBe(`mysql://root@${container.getHost()}:${container.getPort()}/shop-eu`)
    const [row] = await ask(
      container.getConnectionUri(),
      'SELECT DATABASE() AS db, @@socket AS socket, @@version AS version, @@max_connections AS most, TIDB_VERSION() AS tidb',
    )
    expect(row).toMatchObject({ db: 'shop-eu', socket: '/tmp/own.sock', version: '8.0.11-TiDB-own', most: 77 })
    expect(row?.['tidb']).toMatch(/^Store: unistore$/m)
    expect(container.getServerVersion()).toBe('8.0.11-TiDB-own')
    expect((await fetch(`${container.getStatusUri()}/status`)).status).toBe(200)
    await vi.waitFor(() => expect(log).toContain('Welcome to TiDB'), { timeout: 10_000 })
  })

  test('can be reached under a name in a network', async () => {
    // A network asks for Ryuk, whose image is not to be had everywhere.
    vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true')
    onTestFinished(() => void vi.unstubAllEnvs())
    const network = await new Network().start()
    onTestFinished(async () => void (await network.stop()))
    const container = await started(definition().withNetwork(network).withNetworkAliases('tidb'))
    expect(container.getNetworkNames()).toContain(network.getName())
    const names = await docker(
      'inspect',
      '--format',
      '{{range .NetworkSettings.Networks}}{{.Aliases}}{{end}}',
      container.getId(),
    )
    expect(names).toMatch(/\btidb\b/)
    expect(await ask(container.getConnectionUri(), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('can be reused, by one definition only, and two processes that start it at once share one', async () => {
    const image = await variant()
    onTestFinished(async () => {
      const left = await listed(`ancestor=${image}`)
      if (left.length > 0) await docker('rm', '--force', '--volumes', ...left)
    })
    const program = `
      const { TiDBContainer } = await import(${JSON.stringify(new URL('tidb-container.ts', import.meta.url).href)})
      const started = await new TiDBContainer(${JSON.stringify(image)}).withConfig('lease = "0"').withReuse().start()
      console.log(started.getId())`
    const start = async (): Promise<string> => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      return String((await once(createInterface(child.stdout), 'line'))[0])
    }
    const [one, other] = await Promise.all([start(), start()])
    expect(one).toMatch(/^\w{64}$/)
    expect(other).toBe(one)
    expect(await listed(`ancestor=${image}`)).toEqual([one])
    // Another configuration is another container, although it is created by the same words.
    const differs = await new TiDBContainer(image).withConfig('lease = "1s"').withReuse().start()
    expect(differs.getId()).not.toBe(one)
  })

  test('that exits tells how, with the last lines of its log', async () => {
    await expect(definition().withStartArguments(['-no-such-flag']).start()).rejects.toMatchObject({
      code: 'BACKEND_CONTAINER_EXITED',
      message: expect.stringMatching(/exit code 2 before TiDB was ready\. Its last log lines:\n(.*\n)+/),
    })
  })
})
