import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backendsFor } from '../backends/assemble.ts'
import type { RunningBackend } from '../backends/backend.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import { openSession } from '../connections/open-session.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const silent = { update: () => undefined, note: () => undefined }

let cacheDirectory: string
let backend: RunningBackend | undefined
let dataDirectory: string | undefined

/** A kept data directory, where a TiDB can be started on this machine at all. */
beforeAll(async () => {
  const config = resolveConfig({ cwd: process.cwd(), env: process.env })
  cacheDirectory = mkdtempSync(join(tmpdir(), 'tidb-open-'))
  for (const candidate of [backendsFor(config).binary, backendsFor(config).embedded]) {
    const found = await candidate.check()
    if (found.usable && found.ready) {
      backend = await candidate.start({ progress: silent })
      break
    }
  }
  if (backend === undefined) return
  const server = await backend.openServer()
  const session = await openSession({ endpoint: server.endpoint, name: 'writer' })
  await session.query`CREATE DATABASE orders`
  await session.query`CREATE TABLE orders.item (id BIGINT PRIMARY KEY)`
  await session.query`INSERT INTO orders.item VALUES (7)`
  await session.close()
  await server.stop({ keepData: true })
  dataDirectory = server.dataDirectory
})

afterAll(async () => {
  await backend?.stop()
  if (dataDirectory !== undefined) rmSync(dataDirectory, { recursive: true })
  rmSync(cacheDirectory, { recursive: true })
})

test.for([
  ['', []],
  [' as JSON', ['--json']],
] as const)(
  'open shows the kept data at the URL that it prints%s, until Ctrl-C, and leaves no server behind',
  async ([, options], { skip }) => {
    if (dataDirectory === undefined) skip('neither a tidb-server nor an embedded build is on this machine')
    const child = spawn(process.execPath, [MAIN, 'open', dataDirectory ?? '', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const exit = once(child, 'exit')
    const [line] = await once(createInterface(child.stdout), 'line')
    const {
      hostname: host,
      port,
      username: user,
    } = new URL(options.length === 0 ? String(line) : (JSON.parse(String(line)) as { url: string }).url)
    const endpoint = { host, port: Number(port), user }
    const session = await openSession({ endpoint, name: 'reader' })
    expect(await session.query`SELECT id FROM orders.item`).toEqual([{ id: 7 }])
    await session.close()
    child.kill('SIGINT')
    expect(await exit).toEqual([130, null])
    await expect(openSession({ endpoint, name: 'late' })).rejects.toMatchObject({ code: 'CONNECT_REFUSED' })
  },
)

test('open refuses a directory that holds no data', async ({ skip }) => {
  if (dataDirectory === undefined) skip('neither a tidb-server nor an embedded build is on this machine')
  const child = spawn(process.execPath, [MAIN, 'open', cacheDirectory], { stdio: ['ignore', 'ignore', 'pipe'] })
  const exit = once(child, 'exit')
  const lines: string[] = []
  createInterface(child.stderr).on('line', (text) => lines.push(text))
  expect(await exit).toEqual([1, null])
  expect(lines.join('\n')).toContain(`${cacheDirectory} holds no data of a local TiDB`)
})
