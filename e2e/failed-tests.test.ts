import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openSession } from 'vitest-tidb/engine'
import { UserProject } from './support/user-project.ts'

test('a test that times out while its statement is blocked has it killed, and the next test is clean', async () => {
  const project = await UserProject.create({
    'a.test.ts': `
import { test, expect } from 'vitest-tidb'
test('waits for a lock', { timeout: 1_000 }, async ({ db, sessions }) => {
  const { other } = await sessions('other')
  await db.run\`CREATE TABLE t (id INT PRIMARY KEY, n INT)\`
  await db.run\`INSERT INTO t VALUES (1, 0)\`
  await db.run\`BEGIN\`
  await db.run\`UPDATE t SET n = 1 WHERE id = 1\`
  await other.run\`UPDATE t SET n = 2 WHERE id = 1\`
})
test('comes after', async ({ db }) => {
  await expect(db.query\`SHOW TABLES\`).toReturnNothing()
  await expect(db.query\`SELECT INFO FROM information_schema.processlist WHERE INFO LIKE 'UPDATE%'\`).toReturnNothing()
  await expect(db.query\`SELECT * FROM information_schema.tidb_trx WHERE SESSION_ID <> \${db.connectionId}\`).toReturnNothing()
})
`,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/Test timed out in 1000ms/)
  expect(output).toMatch(/ms {2}other {2}✗ +UPDATE t SET n = 2 WHERE id = 1\n +.* it was ended with KILL QUERY/)
  expect(output).toMatch(/Tests\s+1 failed \| 1 passed \(2\)/)
  expect(exitCode).toBe(1)
  expect(await project.servers()).toEqual([])
})

test('the database of a failed test is kept when asked, and `tidb-test open` opens it', async ({ skip }) => {
  const project = await UserProject.create({
    'a.test.ts': `
import { test, expect } from 'vitest-tidb'
test('fails', async ({ db }) => {
  await db.run\`CREATE TABLE evidence (id INT PRIMARY KEY)\`
  await db.run\`INSERT INTO evidence VALUES (42)\`
  expect(1).toBe(2)
})
test('passes', async ({ db }) => {
  await db.run\`CREATE TABLE nothing_to_see (id INT)\`
})
`,
    'tidb-test.config.toml': 'keepDatabase = "on-failure"\n',
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/The database is kept: mysql:\/\/root@127\.0\.0\.1:\d+\/\w+/)
  expect(output.match(/^Kept /gm)).toHaveLength(1)
  expect(exitCode).toBe(1)
  if (output.includes('from container')) return skip('a container is gone after the run')
  const [, database = '', directory = ''] =
    /^Kept (\w+) of 'fails': npx tidb-test open (\S+) \(then database \1\)$/m.exec(output) ?? expect.fail(output)
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  expect(await project.servers()).toEqual([])

  const open = project.node([join(inject('installed'), 'node_modules/vitest-tidb/dist/cli.js'), 'open', directory])
  const [, port] = await open.until(/mysql:\/\/root@127\.0\.0\.1:(\d+)/)
  const endpoint = { host: '127.0.0.1', port: Number(port), user: 'root' }
  const session = await openSession({ name: 'reader', endpoint, database })
  expect(await session.query`SELECT id FROM evidence`).toEqual([{ id: 42 }])
  await session.close()
  open.child.kill('SIGINT')
  expect((await open.finished).exitCode).toBe(130)
  expect(await project.leftovers()).toEqual([])
})

test('a test that passes when it is run again has a clean database for each try', async () => {
  const project = await UserProject.create({
    'a.test.ts': `
import { test, expect } from 'vitest-tidb'
let tries = 0
test('flaky', { retry: 2 }, async ({ db }) => {
  await db.run\`CREATE TABLE t (id INT)\`
  expect(++tries).toBe(3)
})
`,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/Tests\s+1 passed \(1\)/)
  expect(exitCode).toBe(0)
})
