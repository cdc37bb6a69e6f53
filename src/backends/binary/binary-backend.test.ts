import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { processesWhoseCommandHolds } from '../../child-process/process-identity.ts'
import { urlOf } from '../../connections/endpoint.ts'
import type { Progress, RunningBackend, RunningServer, Schema } from '../backend.ts'
import { installEmbedded } from '../embedded/install-embedded.ts'
import { defaultCacheDirectory } from '../local/default-cache-directory.ts'
import { startOnDirectory } from '../local/start-on-directory.ts'
import { binaryBackend } from './binary-backend.ts'

const eventually = { timeout: 20_000, interval: 20 }
const silent: Progress = { update: () => undefined, note: () => undefined }
let path = ''

beforeAll(async () => {
  path = (await installEmbedded({ cacheDirectory: defaultCacheDirectory() }, silent)).path
}, 1_200_000)

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'binary-backend-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

async function started(
  options: { cacheDirectory?: string; schema?: Schema; progress?: Progress; readyDatabases?: number } = {},
): Promise<RunningBackend> {
  const { cacheDirectory = defaultCacheDirectory(), readyDatabases = 3, progress = silent, schema } = options
  const backend = binaryBackend({ path, cacheDirectory, readyDatabases })
  const running = await backend.start({ progress, ...(schema === undefined ? {} : { schema }) })
  onTestFinished(() => running.stop())
  return running
}

async function connected(server: RunningServer, database = 'vt_000'): Promise<Connection> {
  const { host, port, user } = server.endpoint
  const connection = await createConnection({ host, port, user, database })
  onTestFinished(() => connection.destroy())
  return connection
}

async function rows(connection: Connection, sql: string): Promise<RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(sql))[0]
}

const schema: Schema = {
  source: 'schema.sql',
  statements: ['CREATE TABLE account (id BIGINT PRIMARY KEY)', 'INSERT INTO account VALUES (1)'],
  hash: 'one',
}

test('a server answers, says which TiDB it is, and holds its ready databases, each with the schema', async () => {
  const backend = await started({ schema })
  const server = await backend.openServer()
  expect(backend).toMatchObject({ kind: 'binary', store: 'unistore', sharing: 'private', detail: path })
  expect(server.readyDatabases).toEqual(['vt_000', 'vt_001', 'vt_002'])
  for (const database of server.readyDatabases) {
    const connection = await connected(server, database)
    expect(await rows(connection, 'SELECT id, VERSION() AS version FROM account')).toEqual([
      { id: 1, version: backend.version },
    ])
  }
  const status = await fetch(`http://127.0.0.1:${server.endpoint.statusPort}/status`)
  expect(status.ok).toBe(true)
})

test('what tests may want to test is as TiDB’s defaults have it', async () => {
  const connection = await connected(await (await started()).openServer())
  expect(
    await rows(
      connection,
      'SELECT @@tidb_enable_metadata_lock AS mdl, @@transaction_isolation AS level, @@tidb_txn_mode AS mode',
    ),
  ).toEqual([{ mdl: 1, level: 'REPEATABLE-READ', mode: 'pessimistic' }])
})

test('two servers at the same time share neither data nor ports nor files', async () => {
  const backend = await started()
  const [one, other] = await Promise.all([backend.openServer(), backend.openServer()])
  await (await connected(one)).query('CREATE TABLE only_here (id INT)')
  expect(await rows(await connected(one), 'SHOW TABLES')).toHaveLength(1)
  expect(await rows(await connected(other), 'SHOW TABLES')).toHaveLength(0)
  const ports = [one, other].flatMap(({ endpoint }) => [endpoint.port, endpoint.statusPort])
  expect(new Set(ports).size).toBe(4)
  expect(one.dataDirectory).not.toBe(other.dataDirectory)
})

test('a stopped server is gone at once, with its folder, and has not died', async () => {
  const backend = await started()
  const server = await backend.openServer()
  const died = vi.fn<() => void>()
  void server.died.then(died)
  const directory = server.dataDirectory as string
  await Promise.all([server.stop(), server.stop()])
  expect(processesWhoseCommandHolds(directory)).toEqual([])
  expect(existsSync(directory)).toBe(false)
  await expect(connected(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  expect(died).not.toHaveBeenCalled()
})

test('a server that is killed tells how it died, and others can still be opened', async () => {
  const backend = await started()
  const server = await backend.openServer()
  for (const pid of processesWhoseCommandHolds(`-path ${server.dataDirectory}`)) process.kill(pid, 'SIGKILL')
  expect(await server.died).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  await server.stop()
  expect(existsSync(server.dataDirectory as string)).toBe(false)
  expect(await rows(await connected(await backend.openServer()), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('data that is kept outlives the run and can be opened again, with what was written since', async () => {
  const cacheDirectory = folder()
  const backend = await started({ cacheDirectory })
  const server = await backend.openServer()
  const first = await connected(server)
  await first.query('CREATE TABLE kept (answer INT)')
  await first.query('INSERT INTO kept VALUES (42)')
  await server.stop({ keepData: true })
  await backend.stop()
  const directory = server.dataDirectory as string
  expect(directory.startsWith(join(cacheDirectory, 'kept'))).toBe(true)
  for (const expected of [[{ answer: 42 }], [{ answer: 42 }, { answer: 43 }]]) {
    const again = await startOnDirectory(path, directory)
    onTestFinished(() => again.stop())
    const connection = await connected(again)
    expect(await rows(connection, 'SELECT answer FROM kept ORDER BY answer')).toEqual(expected)
    await connection.query('INSERT INTO kept VALUES (43)')
    await again.stop()
  }
})

test('a directory without data cannot be opened', async () => {
  await expect(startOnDirectory(path, folder())).rejects.toMatchObject({ code: 'BACKEND_DATA_DIRECTORY' })
})

test('a stopped backend leaves no server and opens no more', async () => {
  const backend = await started()
  const servers = await Promise.all([backend.openServer(), backend.openServer()])
  const opening = backend.openServer()
  await Promise.all([backend.stop(), expect(opening).rejects.toMatchObject({ code: 'BACKEND_STOPPED' })])
  for (const { dataDirectory } of servers) expect(processesWhoseCommandHolds(dataDirectory as string)).toEqual([])
  await expect(backend.openServer()).rejects.toMatchObject({ code: 'BACKEND_STOPPED' })
})

test('opening ends with the reason of the signal, and leaves no server', async () => {
  const backend = await started()
  const controller = new AbortController()
  const opening = backend.openServer(controller.signal)
  controller.abort(new Error('changed my mind'))
  await expect(opening).rejects.toThrow('changed my mind')
})

test('a damaged template is noticed and made again', async () => {
  const cacheDirectory = folder()
  await (await started({ cacheDirectory })).stop()
  const templates = join(cacheDirectory, 'templates')
  const [name] = readdirSync(templates)
  const file = join(templates, name as string)
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
  writeFileSync(file, bytes)
  const note = vi.fn<(message: string) => void>()
  const backend = await started({ cacheDirectory, progress: { ...silent, note } })
  expect(note).toHaveBeenCalledWith(expect.stringMatching(/template .* is damaged/))
  expect(await rows(await connected(await backend.openServer()), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('two that need the same template at the same time make it once', async () => {
  const cacheDirectory = folder()
  const makers = [vi.fn<Progress['update']>(), vi.fn<Progress['update']>()]
  await Promise.all(makers.map((update) => started({ cacheDirectory, progress: { ...silent, update } })))
  expect(makers.filter((update) => update.mock.calls.length > 0)).toHaveLength(1)
  expect(readdirSync(join(cacheDirectory, 'templates'))).toHaveLength(1)
})

test('a schema that fails is named with its statement, and leaves no template', async () => {
  const cacheDirectory = folder()
  const broken = { ...schema, statements: [...schema.statements, 'CREATE TABEL t (id INT)'], hash: 'broken' }
  await expect(started({ cacheDirectory, schema: broken })).rejects.toMatchObject({
    code: 'BACKEND_SCHEMA',
    message: expect.stringMatching(/Statement 3 of schema\.sql.*CREATE TABEL t/s),
  })
  expect(readdirSync(join(cacheDirectory, 'templates'))).toEqual([])
})

test('a cache that cannot be written is named, with what to do', async () => {
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  await expect(started({ cacheDirectory: join(file, 'cache') })).rejects.toMatchObject({
    code: 'BACKEND_CACHE_NOT_WRITABLE',
    remedy: expect.stringContaining('VITEST_TIDB_CACHE'),
  })
})

test('a path where no tidb-server is, and a program that is not one, are refused with what to do', async () => {
  const other = join(folder(), 'tidb-server')
  writeFileSync(other, '#!/bin/sh\necho hello\n')
  chmodSync(other, 0o755)
  for (const wrong of ['/nowhere/tidb-server', other]) {
    const backend = binaryBackend({ path: wrong, cacheDirectory: folder() })
    expect(await backend.check()).toMatchObject({
      usable: false,
      reason: expect.stringContaining(wrong),
      remedy: expect.stringContaining('tiup'),
    })
    await expect(backend.start({ progress: silent })).rejects.toMatchObject({ code: 'BACKEND_BINARY' })
  }
  expect(await binaryBackend({ path, cacheDirectory: folder() }).check()).toMatchObject({ usable: true, ready: true })
})

test('when the main process is killed with SIGKILL, no server, no folder and no port is left', async () => {
  const module = fileURLToPath(new URL('./binary-backend.ts', import.meta.url))
  const script = `
    import { binaryBackend } from ${JSON.stringify(module)}
    const backend = binaryBackend(${JSON.stringify({ path, cacheDirectory: defaultCacheDirectory(), readyDatabases: 3 })})
    const running = await backend.start({ progress: { update() {}, note() {} } })
    const servers = await Promise.all([running.openServer(), running.openServer()])
    console.log(JSON.stringify(servers.map(({ endpoint, dataDirectory }) => ({ endpoint, dataDirectory }))))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const servers = JSON.parse(line) as RunningServer[]
  for (const server of servers) expect(await rows(await connected(server), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  child.kill('SIGKILL')
  for (const { endpoint, dataDirectory } of servers) {
    await vi.waitFor(() => {
      expect(processesWhoseCommandHolds(dataDirectory as string)).toEqual([])
      expect(existsSync(join(dataDirectory as string, '..'))).toBe(false)
    }, eventually)
    await expect(fetch(urlOf(endpoint).replace(/^mysql:\/\/\w*@/, 'http://'))).rejects.toThrow('fetch failed')
  }
})
