import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

const config = (schema: string): string => `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({ plugins: [tidb({ backend: { readyDatabases: 3 }, schema: ${schema} })] })
`

const ACCOUNTS = `
import { test, expect } from 'vitest-tidb'
for (const name of ['one', 'two', 'three', 'four']) {
  test(name, async ({ db }) => {
    await expect(db.query\`SELECT id, balance FROM account\`).toReturnRows([{ id: 1, balance: 100 }])
    await db.run\`UPDATE account SET balance = 0\`
    await db.run\`CREATE TABLE more (id INT)\`
  })
}
`

test('every clean database holds what a function of the plugin returns', async () => {
  const project = await UserProject.create({
    'vitest.config.ts': config(
      `async () => 'CREATE TABLE account (id INT PRIMARY KEY, balance INT); INSERT INTO account VALUES (1, 100);'`,
    ),
    'account.test.ts': ACCOUNTS,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/Tests\s+4 passed \(4\)/)
  expect(exitCode).toBe(0)
})

test('every clean database holds what a file says', async () => {
  const project = await UserProject.create({
    'vitest.config.ts': config(`'./schema.sql'`),
    'schema.sql':
      '-- accounts\nCREATE TABLE account (id INT PRIMARY KEY, balance INT);\nINSERT INTO account VALUES (1, 100);\n',
    'account.test.ts': ACCOUNTS,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/Tests\s+4 passed \(4\)/)
  expect(exitCode).toBe(0)
})

test('a statement of the schema that fails is named, and no test runs', async () => {
  const project = await UserProject.create({
    'vitest.config.ts': config(`'./schema.sql'`),
    'schema.sql': 'CREATE TABLE account (id INT PRIMARY KEY);\nCREATE INDEX i ON acount (id);\n',
    'account.test.ts': ACCOUNTS,
  })
  const { exitCode, output } = await project.vitest()
  expect(exitCode).toBe(1)
  expect(output).toContain('schema.sql')
  expect(output).toContain('CREATE INDEX i ON acount (id)')
  expect(output).toMatch(/doesn't exist/)
  expect(output).not.toMatch(/Tests\s+\d/)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})
