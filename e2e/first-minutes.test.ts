import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

const EMAIL_TEST = `
import { test, expect } from 'vitest-tidb'

test('a unique index rejects a second account with the same email', async ({ db }) => {
  await db.run\`CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64) UNIQUE)\`
  await db.run\`INSERT INTO account VALUES (1, \${'a@b.c'})\`
  await expect(db.run\`INSERT INTO account VALUES (2, \${'a@b.c'})\`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query\`SELECT id FROM account\`).toReturnRows([{ id: 1 }])
})
`

test('the example of the README passes, and the first lines name the TiDB', async () => {
  const project = await UserProject.create({ 'email.test.ts': EMAIL_TEST })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/TiDB v\d+\.\d+\.\d+.*, store unistore, from (embedded|binary|container): /)
  expect(output).toMatch(/Tests\s+1 passed \(1\)/)
  expect(exitCode).toBe(0)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})

test('a failing test shows its line, its rows in a table and what it sent', async () => {
  const project = await UserProject.create({
    'email.test.ts': `
import { test, expect } from 'vitest-tidb'
test('ids begin at two', async ({ db }) => {
  await db.run\`CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64))\`
  await db.run\`INSERT INTO account VALUES (1, \${'a@b.c'})\`
  await expect(db.query\`SELECT id, email FROM account\`).toReturnRows([{ id: 2, email: 'a@b.c' }])
})
`,
  })
  const { exitCode, output } = await project.vitest()
  expect(exitCode).toBe(1)
  expect(output).toContain('email.test.ts:6:')
  expect(output).toContain(`  id  email
  - 2   'a@b.c'
  + 1   'a@b.c'`)
  expect(output).toMatch(/TiDB statements of the failed test 'ids begin at two' \(database \w+\):/)
  expect(output).toMatch(/[\d.]+ ms {2}db {2}1 row {2}INSERT INTO account VALUES \(1, \?\) {2}\["a@b.c"\]/)
})

test('a statement and a matcher that nobody awaits fail their test', async () => {
  const project = await UserProject.create({
    'forgotten.test.ts': `
import { test, expect } from 'vitest-tidb'
test('statement', async ({ db }) => {
  db.run\`CREATE TABLE t (id INT)\`
})
test('matcher', async ({ db }) => {
  void expect(db.query\`SELECT 1 AS n\`).toReturnRows([{ n: 2 }])
})
`,
  })
  const { exitCode, output } = await project.vitest()
  expect(exitCode).toBe(1)
  expect(output).toContain('the statement was never sent: CREATE TABLE t (id INT)')
  expect(output).toContain('forgotten.test.ts:4:')
  expect(output).toContain('expect(…).toReturnRows() was not awaited')
  expect(output).toContain('forgotten.test.ts:7:')
  expect(output).toMatch(/Tests\s+2 failed \(2\)/)
})

test('tests are listed without starting anything', async () => {
  const project = await UserProject.create({ 'email.test.ts': EMAIL_TEST })
  const { exitCode, output } = await project.vitest(['list', '--json'])
  expect(exitCode).toBe(0)
  const listed = JSON.parse(output.slice(output.indexOf('['))) as { name: string; file: string }[]
  expect(listed.map((entry) => entry.name)).toEqual(['a unique index rejects a second account with the same email'])
  expect(output).not.toContain('store unistore')
})

test('in watch mode a saved file is run again on a running TiDB', async () => {
  const project = await UserProject.create({ 'email.test.ts': EMAIL_TEST })
  const run = project.start(['--watch'], { CI: '' })
  await run.until(/Waiting for file changes/)
  await project.write('email.test.ts', EMAIL_TEST.replace('{ id: 1 }', '{ id: 3 }'))
  await run.until(/Tests\s+1 failed/)
  expect(await project.servers()).toHaveLength(1)
  await project.write('email.test.ts', EMAIL_TEST)
  await run.until(/1 failed[^]*Tests\s+1 passed/)
  run.child.kill('SIGTERM')
  expect((await run.finished).exitCode).toBe(143)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})
