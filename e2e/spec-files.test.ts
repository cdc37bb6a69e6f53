import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const CONFIG = `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({ plugins: [tidb()], test: { include: ['**/*.spec'] } })
`

const COUNTER = `# two writers of one row
setup { CREATE TABLE counter (id INT PRIMARY KEY, v INT); INSERT INTO counter VALUES (1, 0) }

session alice
setup     { BEGIN PESSIMISTIC }
step aadd { UPDATE counter SET v = v + 1 WHERE id = 1 }
step aend { COMMIT }

session bob
step badd { UPDATE counter SET v = v + 1 WHERE id = 1 }
step bget { SELECT v, NULL AS nothing FROM counter }

permutation aadd badd aend bget
permutation aadd
    bget aend bget
`

interface Listed {
  readonly name: string
  readonly location?: { readonly line: number }
}

function create(files: Readonly<Record<string, string>>): Promise<UserProject> {
  return UserProject.create({ 'vitest.config.ts': CONFIG, ...files })
}

test('permutations of a spec file are tests with lines, and their reports are snapshots', async () => {
  const project = await create({ 'counter.spec': COUNTER })
  const listed = await project.vitest(['list', '--json=tests.json'])
  expect(listed.exitCode).toBe(0)
  const tests = JSON.parse(await readFile(join(project.folder, 'tests.json'), 'utf8')) as Listed[]
  expect(tests.map(({ name, location }) => [name, location?.line])).toEqual([
    ['aadd badd aend bget', 13],
    ['aadd bget aend bget', 14],
  ])

  const unwritten = await project.vitest()
  expect(unwritten.output).toMatch(/Tests\s+2 failed \(2\)/)

  const updated = await project.vitest(['run', '-u'])
  expect(updated.output).toMatch(/Snapshots\s+2 written/)
  expect(updated.exitCode).toBe(0)
  const golden = await readFile(join(project.folder, '__snapshots__/counter.spec.snap'), 'utf8')
  expect(golden.slice(golden.indexOf('exports'))).toBe(`exports[\`aadd badd aend bget 1\`] = \`
step aadd: UPDATE counter SET v = v + 1 WHERE id = 1
step badd: UPDATE counter SET v = v + 1 WHERE id = 1 <waiting ...>
step aend: COMMIT
step badd: <... completed>
step bget: SELECT v, NULL AS nothing FROM counter
v|nothing
-+-------
2|NULL
(1 row)

\`;

exports[\`aadd bget aend bget 1\`] = \`
step aadd: UPDATE counter SET v = v + 1 WHERE id = 1
step bget: SELECT v, NULL AS nothing FROM counter
v|nothing
-+-------
0|NULL
(1 row)

step aend: COMMIT
step bget: SELECT v, NULL AS nothing FROM counter
v|nothing
-+-------
1|NULL
(1 row)

\`;
`)

  const again = await project.vitest(['run', 'counter.spec:14'])
  expect(again.output).toMatch(/Tests\s+1 passed \| 1 skipped \(2\)/)
  expect(again.exitCode).toBe(0)
  const named = await project.vitest(['run', '-t', 'badd'])
  expect(named.output).toMatch(/Tests\s+1 passed \| 1 skipped \(2\)/)

  await project.write('counter.spec', COUNTER.replace('BEGIN PESSIMISTIC', 'BEGIN OPTIMISTIC'))
  const changed = await project.vitest()
  expect(changed.output).toMatch(/Tests\s+1 failed \| 1 passed \(2\)/)
  expect(changed.output).toContain('- step badd: UPDATE counter SET v = v + 1 WHERE id = 1 <waiting ...>')
  expect(changed.output).toMatch(/❯ counter\.spec:13:/)
  expect(changed.exitCode).toBe(1)
  const failed = await project.vitest(['run', '--lastFailed'])
  expect(failed.output).toMatch(/Tests\s+1 failed/)
  expect(await project.leftovers()).toEqual([])
})

test('what is wrong with a spec file is a test that fails at its line, and other files run', async () => {
  const spec = (rest: string): string => `setup { CREATE TABLE t (id INT PRIMARY KEY) }
session s1
step a1 { BEGIN PESSIMISTIC } step a2 { INSERT INTO t VALUES (1) }
step a3 { ROLLBACK }
session s2
step b1 { INSERT INTO t VALUES (1) }
step b2 { SELECT id FROM t }
${rest}
`
  const project = await create({
    'syntax.spec': 'session s1\nstep a { SELECT 1 ]\n',
    'setup.spec': spec('permutation b2').replace('INT PRIMARY KEY', 'INT PRIMARY'),
    'blocked.spec': spec('\npermutation a1 a2 b1\n  b2 a3'),
    'notices.spec': spec('permutation b1 a1(b1 notices 2)'),
    'unknown.spec': spec('permutation b1 b3'),
    'fine.spec': 'session s1\nstep a { DO 1 }\n',
  })
  const listed = await project.vitest(['list'])
  expect(listed.exitCode).toBe(0)
  expect(
    listed.output
      .split('\n')
      .filter((line) => line.includes('.spec >'))
      .toSorted(),
  ).toEqual([
    'blocked.spec > a1 a2 b1 b2 a3',
    'fine.spec > a',
    'notices.spec > b1 a1(b1 notices 2)',
    'setup.spec > b2',
    'syntax.spec > syntax.spec can be read',
    'unknown.spec > b1 b3',
  ])

  const { output, exitCode } = await project.vitest(['run', '-u'])
  expect(output).toMatch(/Tests\s+5 failed \| 1 passed \(6\)/)
  expect(output).toContain('syntax.spec:2:8: this block of SQL has no end; a "}" is expected')
  expect(output).toMatch(/❯ syntax\.spec:2:8/)
  expect(output).toMatch(/❯ setup setup\.spec:1:7/)
  expect(output).toMatch(/❯ b2 blocked\.spec:10:3/)
  expect(output).toContain('notices.spec:8:19: the marker "b1 notices 2" can\'t be had: TiDB sends no notices')
  expect(output).toMatch(/❯ notices\.spec:8:19/)
  expect(output).toContain('unknown.spec:8:16: there is no step "b3"')
  expect(exitCode).toBe(1)
  expect(await project.leftovers()).toEqual([])
})

test('of all permutations, those that the locks do not allow are skipped, and the reason is told', async () => {
  const project = await create({
    'all.spec': COUNTER.replace(/permutation[^]*/, ''),
    'one.spec': 'session s1\nstep a { SELECT 1 }\n',
  })
  const { output, exitCode } = await project.vitest(['run', '-u', '--reporter', 'verbose'])
  expect(output).toMatch(/↓ all\.spec > aadd badd bget aend .*can't be sent/)
  expect(output).toMatch(/Tests\s+6 passed \| 1 skipped \(7\)/)
  expect(exitCode).toBe(0)
  const sharded = await project.vitest(['run', '--shard', '1/2'])
  expect(sharded.output).toMatch(/Test Files\s+1 passed \(1\)/)
})

test('the spec file of the README has the report that is shown there', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, spec = '', report = ''] =
    /^```text\n# counter\.spec\n(.*?)^```\n.*?^```text\n(.*?)^```\n/ms.exec(readme) ?? expect.fail('no spec file')
  const project = await create({ 'counter.spec': spec })
  const { output, exitCode } = await project.vitest(['run', '-u'])
  expect(output).toMatch(/Tests\s+2 passed \(2\)/)
  expect(exitCode).toBe(0)
  expect(await readFile(join(project.folder, '__snapshots__/counter.spec.snap'), 'utf8')).toContain(report)
})

test('tidb-test runs a spec file where Vitest has no configuration', async () => {
  const project = await create({ 'counter.spec': COUNTER })
  await rm(join(project.folder, 'vitest.config.ts'))
  // The sessions of a spec file end their transactions, whatever other tests are run in.
  const env = { TIDB_DATABASE_MODE: 'transaction' }
  const { output, exitCode } = await tidbTest(project, ['run', 'counter.spec:14', '--', '-u'], env)
  expect(output).toMatch(/Tests\s+1 passed \| 1 skipped \(2\)/)
  expect(exitCode).toBe(0)
})
