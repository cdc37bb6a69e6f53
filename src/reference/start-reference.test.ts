import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { defaultCacheDirectory } from '../backends/local/default-cache-directory.ts'
import { processesWhoseCommandHolds } from '../child-process/process-identity.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { openSession } from '../connections/open-session.ts'
import { openReferenceDatabase } from './reference-database.ts'
import type { RunningReference } from './reference-server.ts'
import { findServerProgram } from './servers/server-program.ts'
import { startReference } from './start-reference.ts'

const program = await findServerProgram(undefined)
const installed = test.skipIf(program === undefined)
const SETTINGS = { sqlMode: 'ANSI_QUOTES', collationConnection: 'utf8mb4_bin', collationDatabase: 'utf8mb4_bin' }

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reference-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function started(env: Record<string, string>, inline = {}): Promise<RunningReference> {
  const config = resolveConfig({ cwd: await emptyFolder(), env, inline })
  const progress = { update: () => undefined, note: () => undefined }
  const running = await startReference({
    config: config.reference,
    cacheDirectory: defaultCacheDirectory(),
    connectTimeout: 10_000,
    progress,
  })
  onTestFinished(() => running.stop())
  return running
}

describe('a server of this machine', () => {
  installed(
    'is named by its product and version, listens for this machine only, and ends without a trace',
    async () => {
      const running = await started({}, { reference: { kind: 'binary' } })
      expect(running.name).toMatch(/^(MariaDB|MySQL) \d+\.\d+\.\d+$/)
      expect(running.endpoint.host).toBe('127.0.0.1')
      const session = await openSession({ name: 'look', endpoint: running.endpoint })
      const [row] = await session.query<{ data: string }>`SELECT @@datadir AS data`
      await session.close()
      const data = String(row?.data).replace(/\/$/, '')
      expect(processesWhoseCommandHolds(`--datadir=${data}`)).toHaveLength(1)
      await running.stop()
      expect(processesWhoseCommandHolds(`--datadir=${data}`)).toEqual([])
    },
  )

  installed('is the one that is named', async () => {
    const running = await started({ TIDB_REFERENCE_BINARY: String(program?.path) })
    expect(running.detail).toBe(program?.path)
  })

  test('is refused, when what is named is no such server', async () => {
    await expect(started({ TIDB_REFERENCE_BINARY: process.execPath })).rejects.toMatchObject({
      code: 'BACKEND_REFERENCE_BINARY',
      message: expect.stringContaining('TIDB_REFERENCE_BINARY'),
    })
    const broken = join(await emptyFolder(), 'mysqld')
    await writeFile(broken, '#!/bin/sh\necho oops; exit 3\n', { mode: 0o755 })
    await expect(started({ TIDB_REFERENCE_BINARY: broken })).rejects.toThrow('cannot be used as mariadbd or mysqld')
    await expect(started({ TIDB_REFERENCE_BINARY: '/nowhere/mysqld' })).rejects.toMatchObject({
      code: 'BACKEND_REFERENCE_BINARY',
    })
  })
})

describe('a server that is there already', () => {
  installed('is logged in to as the settings say, with a password that is told to nobody', async () => {
    const { endpoint, name } = await started({})
    const { host, port } = endpoint
    const root = await openSession({ name: 'root', endpoint })
    await root.run`CREATE USER 'judge'@'%' IDENTIFIED BY 'mellow', 'judge'@'localhost' IDENTIFIED BY 'mellow'`
    await root.run`GRANT ALL ON *.* TO 'judge'@'%'`
    await root.run`GRANT ALL ON *.* TO 'judge'@'localhost'`
    await root.close()
    const own = {
      TIDB_REFERENCE_HOST: host,
      TIDB_REFERENCE_PORT: String(port),
      TIDB_REFERENCE_USER: 'judge',
      TIDB_REFERENCE_PASSWORD: 'mellow',
    }
    expect(await started(own)).toMatchObject({ name, endpoint: { host, port, user: 'judge' } })
    expect(await started({ TIDB_REFERENCE_URL: `mysql://judge:mellow@${host}:${port}` })).toMatchObject({ name })

    const refused = started({ ...own, TIDB_REFERENCE_PASSWORD: 'yellow' })
    await expect(refused).rejects.toMatchObject({ code: 'BACKEND_REFERENCE_CONNECT' })
    await expect(refused).rejects.not.toThrow(/mellow|yellow/)
  })

  installed('loses the databases whose session is gone, and no other', async () => {
    const { endpoint } = await started({})
    const inUse = await openReferenceDatabase({ name: 'in use', endpoint }, SETTINGS)
    const root = await openSession({ name: 'root', endpoint })
    onTestFinished(() => root.close())
    await root.script('CREATE DATABASE vitest_tidb_reference_left; CREATE DATABASE vitest_tidb_other')
    await started({ TIDB_REFERENCE_URL: `mysql://root@${endpoint.host}:${endpoint.port}` })
    const names = async () => (await root.query<{ Database: string }>`SHOW DATABASES`).map(({ Database }) => Database)
    expect(await names()).toEqual(expect.arrayContaining([inUse.database, 'vitest_tidb_other']))
    expect(await names()).not.toContain('vitest_tidb_reference_left')
    expect(await inUse.session.query`SELECT "a" FROM (SELECT 1 AS a) AS t`).toEqual([{ a: 1 }])
    await inUse.close()
    expect(await names()).not.toContain(inUse.database)
  })

  test('is named where nothing listens', async () => {
    const refused = started({ TIDB_REFERENCE_URL: 'mysql://root:mellow@127.0.0.1:1' })
    await expect(refused).rejects.toMatchObject({
      code: 'BACKEND_REFERENCE_CONNECT',
      message: expect.stringMatching(/127\.0\.0\.1:1.*reference\.host/s),
    })
    await expect(refused).rejects.not.toThrow('mellow')
  })
})

describe('a container', () => {
  test('of an image that cannot be had is refused with the reason', async () => {
    const image = 'vitest-tidb.invalid/no-such-image:1'
    const refused = started({ TIDB_REFERENCE_IMAGE: image }, { reference: { kind: 'container' } })
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^BACKEND_(DOCKER_|IMAGE_PULL_FAILED)/),
    })
  })
})
