import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { PASSING } from './support/passing-test.ts'
import { binary, separately, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

test('a file of a project without a configuration runs, and its failure ends with 1', async () => {
  const project = await UserProject.create({
    'pass.test.ts': PASSING,
    'fail.test.ts': PASSING.replace('{ id: 1 }', '{ id: 2 }'),
  })
  await rm(join(project.folder, 'vitest.config.ts'))
  const passed = await project.node([binary(), 'run', 'pass.test.ts', '--show-sql']).finished
  expect(passed.output).toMatch(/Tests\s+1 passed \(1\)/)
  expect(passed.output).toContain('INSERT INTO t VALUES (1)')
  expect(passed.exitCode).toBe(0)
  const failed = await project.node([binary(), 'run', 'fail.test.ts']).finished
  expect(failed.output).toMatch(/Tests\s+1 failed \(1\)/)
  expect(failed.exitCode).toBe(1)
  expect(await project.leftovers()).toEqual([])
})

test('with --json standard output is the result alone, of tests that passed, failed and were skipped', async () => {
  const project = await UserProject.create({
    'pass.test.ts': PASSING,
    'fail.test.ts': `
import { test } from 'vitest-tidb'
test('fails', async ({ db }) => {
  console.log('said by a test')
  await db.run\`INSERT INTO nowhere VALUES (1)\`
})
test('is skipped', ({ skip }) => skip('for want of a reason'))`,
    'broken.test.ts': "throw new Error('cannot be loaded')",
  })
  const { exitCode, stdout, stderr } = await separately(project, ['run', '--json', 'pass.test.ts', 'fail.test.ts'])
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/said by a test[^]*Tests {2}1 failed \| 1 passed \| 1 skipped/)
  const { tests, ...result } = JSON.parse(stdout) as { tests: { name: string }[] }
  expect(result).toEqual({ ok: false, passed: 1, failed: 1, skipped: 1, missingPrivileges: {}, errors: [] })
  expect(tests.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
    {
      file: 'fail.test.ts',
      line: 3,
      name: 'fails',
      state: 'failed',
      reason: null,
      milliseconds: expect.any(Number),
      errors: [{ code: 'ER_NO_SUCH_TABLE', message: expect.stringContaining('nowhere') }],
    },
    expect.objectContaining({ name: 'is skipped', state: 'skipped', reason: 'for want of a reason' }),
    expect.objectContaining({ file: 'pass.test.ts', name: 'passes', state: 'passed', errors: [] }),
  ])
  const broken = await separately(project, ['run', '--json', 'broken.test.ts'])
  expect(JSON.parse(broken.stdout)).toMatchObject({ ok: false, errors: [{ message: 'cannot be loaded' }] })
  expect(broken.exitCode).toBe(1)
  const nowhere = await separately(project, ['run', '--json', 'ddl', '-H', '127.0.0.1:1'])
  expect(JSON.parse(nowhere.stdout)).toMatchObject({
    ok: false,
    tests: [],
    errors: [{ code: 'BACKEND_NONE_USABLE', message: expect.stringContaining('ECONNREFUSED') }],
  })
  expect(nowhere.exitCode).toBe(1)
})

test.for([
  [['run', 'tnx'], "'tnx' is neither a suite nor a file that exists.", 'Did you mean txn?'],
  [['run', 'txn', 'pass.test.ts'], 'txn and pass.test.ts cannot run together.', 'one after the other'],
] as const)('%j is refused before anything starts', async ([args, message, remedy]) => {
  const project = await UserProject.create({ 'pass.test.ts': PASSING })
  const { exitCode, output } = await tidbTest(project, args)
  expect(output).toContain(message)
  expect(output).toContain(remedy)
  expect(exitCode).toBe(2)
})

test('the package has two commands of the same kind, and npx finds the one of its name', async () => {
  const project = await UserProject.create({})
  const [one, other] = ['tidb-test', 'vitest-tidb'].map((name) =>
    join(inject('installed'), 'node_modules', '.bin', name),
  )
  const versions = await Promise.all([one ?? '', other ?? ''].map((path) => project.node([path, '--version']).finished))
  expect(versions[0]?.output).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(versions[1]).toEqual(versions[0])
})

test('Ctrl-C ends a run with 130 and leaves nothing', async () => {
  const project = await UserProject.create({})
  const run = project.node([binary(), 'run', 'scale'])
  await run.until(/store unistore/)
  run.child.kill('SIGINT')
  expect((await run.finished).exitCode).toBe(130)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})
