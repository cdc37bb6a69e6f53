import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { FixtureProject } from '../../fixtures/testing/fixture-project.ts'

const FILES = {
  'bank.test.js': `import { test } from 'vitest-tidb'

test.describe('accounts', () => {
  test('are empty', async ({ db }) => { await db.query\`SELECT 1\` })

  test('have owners', async ({ db }) => { await db.query\`SELECT 2\` })
})
`,
  'first.spec': `setup { CREATE TABLE t (id INT PRIMARY KEY) }
session s1 step a { INSERT INTO t VALUES (1) }
session s2 step b { INSERT INTO t VALUES (2) }

permutation a b
permutation b a
`,
  'test_bank.py': `from vitest_tidb import PyState, PyStateHandler


class Opens(PyStateHandler):
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.completed()


class Closes(PyStateHandler):
    def execute(self, context):
        context.connection.execute_query("SELECT 1")
        return PyState.completed()
`,
}

/** What the extension for VS Code does before anything runs, and what it hears when it runs. */
const COLLECT = `
import { createVitest } from 'vitest/node'
const vitest = await createVitest({ watch: false, includeTaskLocation: true, reporters: [{}] })
const specifications = await vitest.globTestSpecifications()
const listed = (modules) => modules.flatMap((module) =>
  [...module.children.allTests()].map((test) => [module.relativeModuleId, test.fullName, test.location?.line ?? 0, test.result().state]),
).sort()
const before = listed(await vitest.parseSpecifications(specifications))
const after = process.argv[2] === 'run' ? listed((await vitest.runTestSpecifications(specifications)).testModules) : []
console.log('LISTED ' + JSON.stringify({ before, after }))
await vitest.exit(true)
`

test('editors list tests of all three languages on their lines, before and after they have run', async () => {
  const project = await FixtureProject.create({ ...FILES, 'collect.mjs': COLLECT })
  const config = (text: string): string =>
    text.replace('maxWorkers: 1,', "maxWorkers: 1, include: ['*.test.js', '*.spec', 'test_*.py'],")
  await project.edit('vitest.config.js', config)
  const { stdout } = await promisify(execFile)(process.execPath, ['collect.mjs', 'run'], {
    cwd: project.folder,
    // Where CI is set, Vitest writes no snapshot, as of the first run of a .spec file.
    env: { ...process.env, CI: undefined, VITEST: undefined, NODE_ENV: undefined },
  })
  const { before, after } = JSON.parse(/^LISTED (.*)$/m.exec(stdout)?.[1] ?? '{}') as Record<string, unknown[][]>
  const expected = [
    ['bank.test.js', 'accounts > are empty', 4],
    ['bank.test.js', 'accounts > have owners', 6],
    ['first.spec', 'a b', 5],
    ['first.spec', 'b a', 6],
    ['test_bank.py', expect.stringContaining('Closes'), 10],
    ['test_bank.py', expect.stringContaining('Opens'), 4],
  ]
  expect(before?.map((each) => each.slice(0, 3))).toEqual(expected)
  expect(after).toEqual(expected.map((each) => [...each, 'passed']))
})
