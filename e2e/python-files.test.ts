import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserProject } from './support/user-project.ts'

const CONFIG = `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({ plugins: [tidb()], test: { include: ['**/test_*.py'], tags: [{ name: 'money' }] } })
`

const BANK = `from src.common.test_rig_python import PyStateHandler, PyState
from helpers import amounts


class Deposit(PyStateHandler):
    """Puts money in."""
    tags = ["money"]

    def execute(self, context):
        context.connection.execute_query("CREATE TABLE account (id INT PRIMARY KEY, amount INT)")
        context.connection.execute_query("INSERT INTO account VALUES (1, %d)" % amounts.FIRST)
        rows = context.connection.execute_query("SELECT amount FROM account")
        assert rows[0]["amount"] == 5
        return PyState.completed()


class Withdraw(PyStateHandler):
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.completed()
`

const FILES = { 'vitest.config.ts': CONFIG, 'test_bank.py': BANK, 'helpers/amounts.py': 'FIRST = 5\n' }

interface Listed {
  readonly name: string
  readonly file: string
  readonly location?: { readonly line: number }
}

test('handlers are tests: listed with lines, run by line, by name, by tag and in shards', async () => {
  const project = await UserProject.create({
    ...FILES,
    'test_other.py': 'from vitest_tidb import PyStateHandler\n\nclass Other(PyStateHandler): pass\n',
  })
  const listed = await project.vitest(['list', '--json=tests.json'])
  expect(listed.output).not.toContain('store unistore')
  expect(listed.exitCode).toBe(0)
  const tests = JSON.parse(await readFile(join(project.folder, 'tests.json'), 'utf8')) as Listed[]
  expect(tests.map(({ name, location }) => [name, location?.line])).toEqual([
    ['test_bank.py › Deposit', 5],
    ['test_bank.py › Withdraw', 17],
    ['test_other.py › Other', 3],
  ])

  const all = await project.vitest(['run', '--reporter', 'verbose'])
  expect(all.output).toContain('✓ test_bank.py > test_bank.py › Deposit')
  expect(all.output).toContain('the handler ran no statement at all')
  expect(all.output).toMatch(/Tests\s+3 passed \(3\)/)
  expect(all.exitCode).toBe(0)
  expect((await project.vitest(['run', 'test_bank.py:17'])).output).toMatch(/Tests\s+1 passed \| 1 skipped \(2\)/)
  expect((await project.vitest(['run', '-t', 'Deposit'])).output).toMatch(/Tests\s+1 passed \| 2 skipped \(3\)/)
  expect((await project.vitest(['run', '--tagsFilter', 'money'])).output).toMatch(/Tests\s+1 passed \| 2 skipped/)
  expect((await project.vitest(['run', '--shard', '1/2'])).output).toMatch(/Test Files\s+1 passed \(1\)/)

  expect(await project.leftovers()).toEqual([])
})

test('a handler that fails shows its line, what it compared and its statements, and runs again as one that failed', async () => {
  const project = await UserProject.create({ ...FILES, 'helpers/amounts.py': 'FIRST = 6\n' })
  const failed = await project.vitest()
  expect(failed.output).toMatch(/Tests\s+1 failed \| 1 passed \(2\)/)
  expect(failed.output).toMatch(/❯ execute test_bank\.py:13:/)
  expect(failed.output).toContain("rows[0]['amount'] = 6")
  expect(failed.output).toContain('INSERT INTO account VALUES (1, 6)')
  expect(failed.exitCode).toBe(1)
  expect((await project.vitest(['run', '--lastFailed'])).output).toMatch(/Tests\s+1 failed \| 1 skipped/)
  expect(await project.leftovers()).toEqual([])
})

test('a file that can not be parsed or imported, or has no handler, is one failing test, and the others run', async () => {
  const project = await UserProject.create({
    ...FILES,
    'test_import.py': `from test_rig_python import PyStateHandler
import not_there_at_all
class One(PyStateHandler): pass
class Two(PyStateHandler): pass
`,
    'test_exit.py': `import os
from test_rig_python import PyStateHandler
class Three(PyStateHandler): pass
class Four(PyStateHandler): pass
os._exit(3)
`,
    'test_none.py': 'x = 1\n',
    'test_syntax.py': 'from test_rig_python import PyStateHandler\nclass A(PyStateHandler):\n    x = = 1\n',
  })
  const listed = await project.vitest(['list'])
  expect(listed.exitCode).toBe(0)
  expect(listed.output).toContain('test_syntax.py can be run')
  expect(listed.output).toContain('test_bank.py › Withdraw')
  const { output, exitCode } = await project.vitest(['run', '--reporter', 'verbose'])
  expect(output).toMatch(/Tests\s+4 failed \| 2 passed \| 2 skipped \(8\)/)
  expect(output).toMatch(/❯ <module> test_import\.py:2:/)
  expect(output).toMatch(/↓ test_import\.py > test_import\.py › Two .*the file can't be imported: see One/)
  expect(
    output.match(/PythonError: .*it ended with exit code 3, while loading Three from test_exit\.py/g),
  ).toHaveLength(1)
  expect(output).toMatch(/↓ test_exit\.py > test_exit\.py › Four .*the file can't be imported: see Three/)
  expect(output).toContain('This file has no handler.')
  expect(output).toMatch(/❯ <module> test_syntax\.py:3:9/)
  expect(exitCode).toBe(1)
})

test('what only the running file could tell is told', async () => {
  const project = await UserProject.create({
    'vitest.config.ts': CONFIG,
    'test_made.py': `from test_rig_python import PyStateHandler, PyState
class Written(PyStateHandler):
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.completed()
Made = type("Made", (Written,), {"__module__": __name__})
`,
    'test_hang.py': `from test_rig_python import PyStateHandler
class One(PyStateHandler): pass
class Two(PyStateHandler): pass
while True:
    pass
`,
  })
  const { output } = await project.vitest(['run', '--reporter', 'verbose'], { TIDB_TEST_TIMEOUT: '6s' })
  expect(output).toContain('handlers that are not seen in the text of the file are no tests: Made.')
  expect(output).toMatch(/loading One from test_hang\.py did not end within/)
  expect(output).toMatch(/❯ <module> test_hang\.py:[45]:/)
  expect(output).toMatch(/Tests\s+1 failed \| 1 passed \| 1 skipped \(3\)/)
})

test('without Python each file is one failing test, which says what was tried', async () => {
  const project = await UserProject.create(FILES)
  const { output, exitCode } = await project.vitest(['run'], { TIDB_PYTHON_INTERPRETER: 'python-of-nobody' })
  expect(output).toMatch(/Tests\s+1 failed \(1\)/)
  expect(output).toContain('python-of-nobody (the setting python.interpreter): not found')
  expect(exitCode).toBe(1)
})

test('in watch mode a saved file is run again, and so is one that imports what was saved', async () => {
  const project = await UserProject.create(FILES)
  const run = project.start(['--watch'], { CI: '' })
  await run.until(/Tests\s+2 passed[^]*Waiting for file changes/)
  await project.write('helpers/amounts.py', 'FIRST = 7\n')
  await run.until(/Tests\s+1 failed \| 1 passed/)
  await project.write('test_bank.py', BANK.replace('== 5', '== 7'))
  await run.until(/1 failed \| 1 passed[^]*Tests\s+2 passed/)
  run.child.kill('SIGTERM')
  expect((await run.finished).exitCode).toBe(143)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})
