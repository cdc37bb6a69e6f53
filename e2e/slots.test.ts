import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

const REPORTING = `
import { appendFileSync } from 'node:fs'
import { test, expect } from 'vitest-tidb'
test('reports its server', async ({ db, tidb }) => {
  await db.run\`CREATE TABLE t (id INT PRIMARY KEY)\`
  await db.run\`BEGIN\`
  await db.run\`INSERT INTO t VALUES (1)\`
  const line = { slot: process.env.VITEST_POOL_ID, port: tidb.endpoint.port, pid: process.pid, database: db.database }
  appendFileSync('report.jsonl', JSON.stringify(line) + '\\n')
})
`

test('a slot keeps its server for all files it runs, while processes come and go', async () => {
  const files = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`file-${index}.test.ts`, REPORTING]))
  const project = await UserProject.create(files)
  const { exitCode, output } = await project.vitest(['run', '--maxWorkers', '2'])
  expect(output).toMatch(/Tests\s+8 passed \(8\)/)
  expect(exitCode).toBe(0)
  const lines = await project.readLines<{ slot: string; port: number; pid: number; database: string }>('report.jsonl')
  const serverOf = new Map(lines.map(({ slot, port }) => [slot, port]))
  expect(lines.filter(({ slot, port }) => serverOf.get(slot) !== port)).toEqual([])
  expect(new Set(serverOf.values()).size).toBe(serverOf.size)
  expect(new Set(lines.map(({ pid }) => pid)).size).toBe(8)
  expect(new Set(lines.map(({ port, database }) => `${port}/${database}`)).size).toBe(8)
})

test('a worker that is killed in mid-test leaves no lock and no session to the next file', async () => {
  const project = await UserProject.create({
    'a-killed.test.ts': `
import { test } from 'vitest-tidb'
test('is killed', async ({ db }) => {
  await db.run\`CREATE TABLE t (id INT PRIMARY KEY)\`
  await db.run\`BEGIN\`
  await db.run\`INSERT INTO t VALUES (1)\`
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => undefined)
})
`,
    'b-next.test.ts': `
import { test, expect } from 'vitest-tidb'
test('is alone on its server', async ({ db }) => {
  const rows = await db.query\`SELECT ID FROM information_schema.processlist WHERE DB LIKE 'vt%' AND ID <> \${db.connectionId}\`
  expect(rows.length).toBeLessThanOrEqual(1) // the connection made ready for the next test
  await expect(db.query\`SELECT * FROM information_schema.tidb_trx WHERE SESSION_ID <> \${db.connectionId}\`).toReturnNothing()
  await expect(db.query\`SHOW TABLES\`).toReturnNothing()
})
`,
  })
  const { exitCode, output } = await project.vitest(['run', '--maxWorkers', '1'])
  expect(output).toMatch(/is alone on its server|b-next\.test\.ts \(1 test\)/)
  expect(output).toMatch(/Tests\s+1 passed/)
  expect(exitCode).toBe(1)
  expect(await project.servers()).toEqual([])
})

test('a TiDB that dies in mid-test fails that test with its last log lines, and the next test has another', async () => {
  const project = await UserProject.create({
    'dies.test.ts': `
import { execFileSync } from 'node:child_process'
import { test, expect } from 'vitest-tidb'
test('loses its server', async ({ db, tidb }) => {
  await db.run\`CREATE TABLE t (id INT)\`
  execFileSync('pkill', ['-KILL', '-f', '--', '-P ' + tidb.endpoint.port + ' '])
  await db.run\`INSERT INTO t VALUES (1)\`
})
test('has a server again', async ({ db }) => {
  await db.run\`CREATE TABLE t (id INT)\`
  await expect(db.query\`SELECT * FROM t\`).toReturnNothing()
})
`,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/the connection was lost/)
  expect(output).toMatch(/TiDB.*(ended|died|exit|killed|SIGKILL)/i)
  expect(output).toMatch(/Tests\s+1 failed \| 1 passed \(2\)/)
  expect(exitCode).toBe(1)
  expect(await project.servers()).toEqual([])
})
