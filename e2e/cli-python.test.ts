import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noTidb } from './support/bare-machine.ts'
import { binary, separately, tidbTest } from './support/tidb-test.ts'
import { UserProject, type Finished } from './support/user-project.ts'

const BANK = `from test_rig_python import PyStateHandler, PyState


class Passes(PyStateHandler):
    """Is fine."""

    def execute(self, context):
        print("said by Passes")
        context.connection.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        try:
            context.connection.execute_query("SELECT * FROM nowhere")
        except Exception:
            pass
        return PyState.completed()


class Fails(PyStateHandler):
    def execute(self, context):
        print("said by Fails")
        context.connection.execute_query("SELECT 1 AS one")
        return PyState.error("for a reason")
`

const FINE = `from test_rig_python import PyStateHandler, PyState
class Fine(PyStateHandler):
    def execute(self, context):
        rows = context.connection.execute_query("SELECT 1 AS one")
        return PyState.completed()
`

/** A folder in which there is nothing but files of Python, as of somebody who has never heard of Vitest. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<UserProject> {
  const project = await UserProject.create(files)
  await rm(join(project.folder, 'vitest.config.ts'))
  return project
}

function python(project: UserProject, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return project.node([binary(), 'python', ...args], env).finished
}

test('handlers run from a folder of Python alone, with a summary of each file and suite', async () => {
  const project = await folderOf({
    'tests/test_bank.py': BANK,
    'tests/test_fine.py': FINE,
    'tests/helper.py': 'x = 1\n',
    // Neither is a direct child of the suite that is called test_….py.
    'tests/deeper/test_deeper.py': FINE,
    'tests/test_rig_python.py': 'class PyStateHandler: pass\n',
  })
  const { output, exitCode } = await python(project, ['tests'])
  expect(output).toMatch(/Tests\s+1 failed \| 2 passed \(3\)/)
  expect(output).toContain(`Suite tests (tests): 1 failed (Fails), 2 passed
  test_bank.py  1 failed (Fails), 1 passed
  test_fine.py  1 passed

Statements that failed, and that handlers went on from:
  tests/test_bank.py › Passes: SELECT * FROM nowhere
    1146 Table`)
  // What was printed is shown of those that failed.
  expect(output).toContain('said by Fails')
  expect(output).not.toContain('said by Passes')
  expect(output).toMatch(/❯ class Fails tests\/test_bank\.py:17/)
  expect(exitCode).toBe(1)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
  const files = await project.filesIn('.')
  expect([...files.keys()].filter((name) => !name.startsWith('tmp/')).toSorted()).toEqual([
    '.vitest/tidb/report.html',
    'tests/deeper/test_deeper.py',
    'tests/helper.py',
    'tests/test_bank.py',
    'tests/test_fine.py',
    'tests/test_rig_python.py',
  ])
})

test('one handler, by its name, shows its statements and its output', async () => {
  const project = await folderOf({ 'test_bank.py': BANK })
  const { output, exitCode } = await python(project, ['.', '--handler', 'Passes', '--show-sql', '--show-output'])
  expect(output).toContain('said by Passes')
  expect(output).toContain('[default] CREATE TABLE t (id INT PRIMARY KEY)')
  expect(output).toMatch(/test_bank\.py {2}1 passed\n/)
  expect(exitCode).toBe(0)
  const byLine = await python(project, ['test_bank.py:17'], { SHOW_SQL: 'true' })
  expect(byLine.output).toContain('1 failed (Fails)\n')
  expect(byLine.output).toContain('[default] SELECT 1 AS one')
  const nobody = await python(project, ['.', '--handler', 'Nobody'])
  expect(nobody.output).toContain('there is no handler Nobody in these files')
  expect(nobody.exitCode).toBe(2)
})

test('a dry run needs no server, and nothing passes in it', async () => {
  const project = await folderOf({ 'test_fine.py': FINE })
  const { output, exitCode } = await python(project, ['test_fine.py', '--dry-run'], noTidb)
  expect(output).toContain('test_fine.py  1 dry run\n')
  expect(output).toMatch(/Test Files\s+1 skipped \(1\)/)
  expect(output).toContain('nothing was tested')
  expect(output).not.toMatch(/passed/)
  expect(output).not.toContain('store unistore')
  expect(exitCode).toBe(0)
})

test('a handler that makes itself a mock is a dry run, and REAL_DB alone makes none', async () => {
  const project = await folderOf({
    'test_mock.py': `from test_rig_python import PyStateHandler, PyState, PyConnection, RealPyConnection
class OnMock(PyStateHandler):
    def execute(self, context):
        assert PyConnection().execute_query("SELECT 1 AS one") == [{"one": 1}]
        return PyState.completed()
class Real(PyStateHandler):
    def execute(self, context):
        seconds = "SELECT @@innodb_lock_wait_timeout AS s, DATABASE() AS d"
        for connection in (context.connection, RealPyConnection()):
            assert connection.execute_query(seconds) == [{"s": 7, "d": context.database}]
        return PyState.completed()
`,
  })
  const { output, exitCode } = await python(project, ['.', '--lock-wait-timeout', '7s'], { REAL_DB: 'false' })
  expect(output).toContain('test_mock.py  1 passed, 1 dry run\n')
  expect(exitCode).toBe(0)
})

test('suites are folders that the configuration names, and --json tells of them', async () => {
  const project = await folderOf({
    'tidb-test.config.toml': '[python]\nsuites = ["ours/bank", "ours/fine"]\n',
    'ours/bank/test_bank.py': BANK,
    'ours/fine/test_fine.py': FINE,
  })
  const fine = await separately(project, ['python', '--suite', 'fine', '--json'])
  expect(JSON.parse(fine.stdout)).toEqual({
    ok: true,
    counts: { passed: 1, failed: 0, 'failed as expected': 0, skipped: 0, 'dry run': 0, pending: 0 },
    suites: [
      {
        name: 'fine',
        folder: join(project.folder, 'ours/fine'),
        files: [
          {
            file: join(project.folder, 'ours/fine/test_fine.py'),
            handlers: [
              {
                name: 'Fine',
                line: 2,
                description: null,
                verdict: 'passed',
                reason: null,
                milliseconds: expect.any(Number),
                statements: 1,
                swallowed: [],
                output: '',
                errors: [],
              },
            ],
          },
        ],
      },
    ],
    errors: [],
  })
  expect(fine.exitCode).toBe(0)
  const all = await separately(project, ['python', '--json'])
  expect(JSON.parse(all.stdout)).toMatchObject({
    ok: false,
    counts: { passed: 2, failed: 1 },
    suites: [
      {
        name: 'bank',
        files: [{ handlers: [{ description: 'Is fine.', swallowed: [{ errno: 1146 }] }, { verdict: 'failed' }] }],
      },
      { name: 'fine' },
    ],
  })
  expect(all.exitCode).toBe(1)
})

test('suites come with the package, and with tidb-test run a file of Python runs as others do', async () => {
  const project = await folderOf({ 'test_fine.py': FINE })
  const own = await python(project, ['--suite', 'txn', '--handler', 'CommitAndRollback'])
  expect(own.output).toMatch(/test_transactions\.py {2}1 passed\n/)
  expect(own.exitCode).toBe(0)
  const file = await tidbTest(project, ['run', 'test_fine.py'])
  expect(file.output).toMatch(/Tests\s+1 passed \(1\)/)
  expect(file.exitCode).toBe(0)
})

test.for([
  [['nowhere.py'], 'There is no file or folder', 'test_….py'],
  [['empty'], 'there is no file test_….py', 'suites of their own'],
  [['empty/helper.py'], 'is no file of handlers', 'begin with test_'],
  [['--suite', 'bnak'], "There is no suite 'bnak'.", 'Did you mean bank?'],
] as const)('%j is refused before anything starts', async ([args, message, remedy]) => {
  const project = await folderOf({
    'tidb-test.config.toml': '[python]\nsuites = ["bank"]\n',
    'bank/test_fine.py': FINE,
    'empty/helper.py': 'x = 1\n',
  })
  const { output, exitCode } = await tidbTest(project, ['python', ...args])
  expect(output).toContain(message)
  expect(output).toContain(remedy)
  expect(exitCode).toBe(2)
})

test.for(['SIGINT', 'SIGKILL'] as const)('%s ends a run whose handler hangs, and leaves no process', async (signal) => {
  const project = await folderOf({
    'test_hang.py': `import subprocess, sys
from test_rig_python import PyStateHandler
class Hangs(PyStateHandler):
    def execute(self, context):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        open("started", "w").close()
        child.wait()
`,
  })
  const run = project.node([binary(), 'python', 'test_hang.py'])
  await expect.poll(() => existsSync(join(project.folder, 'started')), { timeout: 60_000 }).toBe(true)
  // The collector, the interpreter, and what the handler has started.
  expect((await project.pythons()).length).toBeGreaterThanOrEqual(3)
  run.child.kill(signal)
  const { exitCode } = await run.finished
  expect(exitCode).toBe(signal === 'SIGINT' ? 130 : null)
  await expect.poll(() => project.pythons(), { timeout: 30_000 }).toEqual([])
  await expect.poll(() => project.servers(), { timeout: 30_000 }).toEqual([])
})
