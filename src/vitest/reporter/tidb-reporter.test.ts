import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { FixtureProject } from '../../../fixtures/testing/fixture-project.ts'
import type { ReportData } from '../../report/report-data.ts'

const FAILING = `
import { expect, test } from 'vitest-tidb'
test.describe('accounts', () => {
  test('wait for each other </script>\\u2028', async ({ db, sessions }) => {
    await db.script('CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 0)')
    const { alice, bob } = await sessions('alice', 'bob')
    await alice.script('BEGIN; UPDATE t SET v = 1 WHERE id = 1')
    const waiting = bob.start\`UPDATE t SET v = \${2} WHERE id = 1\`
    await expect(waiting).toBeBlockedBy(alice)
    await alice.run\`COMMIT\`
    await waiting.result()
    await db.run\`CREATE USER u IDENTIFIED BY \${'hush-hush'}\`
    await expect(db.query\`SELECT v FROM t WHERE id = 1\`).toUseIndex('nothing')
  })
})
`
const PASSING = `
import { test } from 'vitest-tidb'
test('passes', async ({ db }) => { await db.query\`SELECT \${"it's </script><!--\\u2028"} AS x\` })
`
const PLAIN = `import { test } from 'vitest'\ntest('plain', () => {})\n`

test('a run writes one file that holds all tests, with what they did on TiDB', async () => {
  const project = await FixtureProject.create({ 'a.test.js': FAILING, 'b.test.js': PASSING, 'c.test.js': PLAIN })
  const { output } = await project.run()
  expect(output).toContain('TiDB report: .vitest/tidb/report.html')
  const page = await readFile(join(project.folder, '.vitest/tidb/report.html'), 'utf8')
  const { tests, runs, errors } = dataIn(page)
  expect(tests.map(({ name, state }) => [...name, state])).toEqual([
    ['accounts', 'wait for each other </script>\u2028', 'failed'],
    ['passes', 'passed'],
    ['plain', 'passed'],
  ])
  expect(errors).toEqual([])
  // What tests are called and send stands in packed data only.
  expect(page).not.toContain('wait for each other')

  const [failed, passed, plain] = tests
  expect(plain?.record).toBeUndefined()
  expect(passed?.record?.statements).toMatchObject([{ session: 0, values: ["'it''s </script><!--\u2028'"], rows: 1 }])
  expect(failed?.record).toMatchObject({
    mode: 'database',
    sessions: [{ name: 'db' }, { name: 'alice' }, { name: 'bob' }],
    waits: [{ session: 2, blockers: ['alice'], target: 'row t(1)' }],
    plans: [{ columns: expect.arrayContaining(['id', 'access object']) }],
    replay: expect.stringMatching(/^TIDB_TEST_SEED=\d+ npx vitest run a\.test\.js -t /),
  })
  const [wait] = failed?.record?.waits ?? []
  const blocked = failed?.record?.statements.find(({ sql }) => sql.includes('v = ?'))
  expect(wait?.at).toBeGreaterThanOrEqual(blocked?.at ?? Infinity)
  expect(wait?.until).toBeCloseTo((blocked?.at ?? 0) + (blocked?.milliseconds ?? 0), 0)
  const transactions = failed?.record?.statements.filter(({ inTransaction }) => inTransaction)
  expect(transactions?.map(({ sql }) => sql)).toEqual(['BEGIN; UPDATE t SET v = 1 WHERE id = 1'])
  expect(JSON.stringify(tests)).not.toContain('hush-hush')

  expect(runs).toMatchObject([
    {
      backend: { kind: expect.any(String), store: 'unistore' },
      seed: failed?.record?.seed,
      versions: { node: process.version },
    },
  ])
  expect(runs[0]?.settings).toContainEqual({ key: 'test.rows', value: 10, origin: 'default' })
})

test('shards pass what they know on in their blobs, and the merge writes the report', async () => {
  const project = await FixtureProject.create({ 'a.test.js': FAILING, 'b.test.js': PASSING })
  for (const shard of ['1/2', '2/2']) await project.run({}, '--reporter=blob', `--shard=${shard}`)
  expect(existsSync(join(project.folder, '.vitest/tidb/report.html'))).toBe(false)
  const { output } = await project.run({}, '--merge-reports', join(project.folder, '.vitest/blob'))
  expect(output).toContain('TiDB report: .vitest/tidb/report.html')
  const { tests, runs } = await readReport(project)
  expect(tests.map(({ record }) => record?.sessions.length)).toEqual([3, 1])
  expect(runs.map(({ shard }) => shard).toSorted()).toEqual(['1/2', '2/2'])
})

test('nothing is written by who wants no report, or has no test on TiDB', async () => {
  const project = await FixtureProject.create({ 'b.test.js': PASSING })
  await project.run({ TIDB_REPORT: 'false' })
  await project.write('b.test.js', PLAIN)
  await project.run()
  expect(existsSync(join(project.folder, '.vitest'))).toBe(false)
})

test('the report goes where it is wanted, and JUnit and JSON tell the same', async () => {
  const project = await FixtureProject.create({ 'b.test.js': PASSING })
  const reporters = [
    '--reporter=junit',
    '--reporter=json',
    '--outputFile.junit=junit.xml',
    '--outputFile.json=out.json',
  ]
  await project.run({ TIDB_REPORT_FILE: 'ci/tidb.html' }, ...reporters)
  expect(dataIn(await readFile(join(project.folder, 'ci/tidb.html'), 'utf8')).tests).toHaveLength(1)
  const junit = await readFile(join(project.folder, 'junit.xml'), 'utf8')
  expect(junit).toMatch(/<property name="tidb.replay" value="TIDB_TEST_SEED=\d+ npx vitest run b.test.js -t /)
  expect(junit).toMatch(/<property name="tidb.server" value="[^"]*TiDB-v[^"]*, store unistore/)
  const json = JSON.parse(await readFile(join(project.folder, 'out.json'), 'utf8')) as {
    testResults: { assertionResults: { meta: object }[] }[]
  }
  expect(json.testResults[0]?.assertionResults[0]?.meta).toMatchObject({ tidb: { statements: [{ rows: 1 }] } })
})

test('a job of GitHub Actions gets a summary beside that of Vitest', async () => {
  const project = await FixtureProject.create({ 'a.test.js': FAILING })
  const summary = join(project.folder, 'summary.md')
  await project.run({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary })
  const text = await readFile(summary, 'utf8')
  expect(text).toContain('Vitest Test Report')
  expect(text).toMatch(/\| v\d\S* \| unistore \| \w+: .* \| \d+ \|/)
  expect(text).toContain('<summary>accounts › wait for each other &lt;/script&gt;')
  expect(text).toMatch(/ms {2}bob +1 row {2}UPDATE t SET v = \? WHERE id = 1 \[2\]/)
  expect(text).toContain('npx vitest run a.test.js -t')
})

async function readReport(project: FixtureProject): Promise<ReportData> {
  return dataIn(await readFile(join(project.folder, '.vitest/tidb/report.html'), 'utf8'))
}

function dataIn(page: string): ReportData {
  const [, packed = ''] = /<script id="data"[^>]*>([^<]*)<\/script>/.exec(page) ?? []
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as ReportData
}
