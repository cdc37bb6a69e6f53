import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadData, openSession, Secret } from 'vitest-tidb/engine'
import { externalServer } from './support/external-server.ts'
import { binary, startTidbTest, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

test('isolation tells which anomalies TiDB shows, and leaves no database', async () => {
  const project = await UserProject.create({})
  const { env, port } = await externalServer(project)
  const { exitCode, output } = await tidbTest(project, ['isolation', '--rows', '6', '--json'], env)
  expect(exitCode).toBe(0)
  const { rows, columns, otherLevels, warnings } = JSON.parse(output.slice(output.indexOf('{\n'))) as {
    rows: number
    columns: {
      level: string
      mode: string
      verdicts: Record<string, { occurrences: number; pairs: number; error?: { errno: number } }>
    }[]
    otherLevels: { level: string; refusal: { errno: number } | null }[]
    warnings: string[]
  }
  expect(rows).toBe(6)
  const occurred = columns.map(({ level, mode, verdicts }) => [
    `${mode} ${level}`,
    Object.entries(verdicts).flatMap(([title, { occurrences }]) => (occurrences === 3 ? [title] : [])),
  ])
  const always = ['G2-item', 'G2, by condition', 'G2, with a reader']
  expect(Object.fromEntries(occurred)).toEqual({
    'pessimistic REPEATABLE READ': ['PMP, writing', 'P4', 'G-single, writing', ...always],
    'pessimistic READ COMMITTED': [
      'PMP, reading',
      'PMP, writing',
      'P4',
      'G-single, reading',
      'G-single, reading by condition',
      'G-single, writing',
      ...always,
    ],
    'optimistic REPEATABLE READ': always,
    'optimistic READ COMMITTED': always,
  })
  expect(otherLevels).toMatchObject([
    { level: 'READ UNCOMMITTED', refusal: { errno: 8048 } },
    { level: 'SERIALIZABLE', refusal: { errno: 8048 } },
  ])
  expect(warnings).toEqual([expect.stringContaining('READ COMMITTED does nothing to optimistic transactions')])
  const shown = await tidbTest(project, ['check', '-d', 'information_schema', '--show-output', '--json'], env)
  expect(shown.output).toContain('| INFORMATION_SCHEMA |')
  const jobs = await tidbTest(project, ['jobs', '--once', '--json'], env)
  const { ddl } = JSON.parse(jobs.output) as { ddl: { jobs: { job_type: string; db_name: string }[] } }
  expect(ddl.jobs[0]).toMatchObject({ job_type: 'drop schema', db_name: expect.stringMatching(/^vitest_tidb_/) })
  expect(port).toBeGreaterThan(0)
})

test('isolation in columns, on a TiDB that it starts and ends', async () => {
  const project = await UserProject.create({})
  const { exitCode, output } = await project.node([binary(), 'isolation']).finished
  expect(output).toMatch(/^ +pessimistic +pessimistic +optimistic +optimistic$/m)
  expect(output).toMatch(/^anomaly +REPEATABLE READ +READ COMMITTED +REPEATABLE READ +READ COMMITTED$/m)
  expect(output).toMatch(/^OTV +prevented \(waits\) +prevented \(waits\) +prevented \(9007\) +prevented \(9007\)$/m)
  expect(output).toMatch(/^P4 +occurs 5\/5 +occurs 5\/5 +prevented \(9007\) +prevented \(9007\)$/m)
  expect(output).toContain('Warning: READ COMMITTED does nothing to optimistic transactions')
  expect(output).toMatch(/^SERIALIZABLE: not supported \(8048\)$/m)
  expect(exitCode).toBe(0)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
  const few = await tidbTest(project, ['isolation', '--rows', '1'])
  expect(few.output).toContain('option --rows: isolation.rows "1" is not allowed')
  expect(few.exitCode).toBe(2)
  const fewInTests = await tidbTest(project, ['isolation'], { TIDB_TEST_ROWS: '1' })
  expect(fewInTests.output).toContain('environment variable TIDB_TEST_ROWS: 1 row is too few')
  expect(fewInTests.exitCode).toBe(2)
})

test('jobs are looked at again and again for the time that is given, or until Ctrl-C', async () => {
  const project = await UserProject.create({})
  const { env } = await externalServer(project)
  const watched = await tidbTest(project, ['jobs', '--duration', '400ms', '--interval', '100ms', '--json'], env)
  const looks = watched.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { at: string })
  expect(looks.length).toBeGreaterThan(1)
  expect(looks.map(({ at }) => at)).toEqual(looks.map(({ at }) => at).toSorted())
  expect(watched.exitCode).toBe(0)
  const shown = await tidbTest(project, ['jobs', '--once', '--show-sql', '--show-output'], env)
  expect(shown.output).toMatch(/sql> ADMIN SHOW DDL JOBS 10\n[^]*\| create schema/)
  const forever = startTidbTest(project, ['jobs', '--interval', '50ms'], env)
  await forever.until(/DDL jobs[^]*create schema[^]*DDL jobs/)
  forever.child.kill('SIGINT')
  expect((await forever.finished).exitCode).toBe(130)
})

test('jobs shows what is under way: an index that is added, and LOAD DATA with its table and no more of it', async () => {
  const project = await UserProject.create({})
  const { env, port, password } = await externalServer(project)
  const endpoint = { host: '127.0.0.1', port, user: 'shop', password: new Secret(password) }
  await using holder = await openSession({ name: 'holder', endpoint, database: 'test' })
  await using builder = await openSession({ name: 'builder', endpoint, database: 'test' })
  await using loader = await openSession({ name: 'loader', endpoint, database: 'test' })
  await holder.script('CREATE TABLE held (id INT PRIMARY KEY, k INT); CREATE TABLE loaded (id INT PRIMARY KEY)')
  await holder.script('BEGIN; SELECT * FROM held')
  const adding = builder.start`ALTER TABLE held ADD INDEX (k)`
  const gate = Promise.withResolvers<string>()
  async function* rows(): AsyncIterable<string> {
    yield '1\n2\n'
    yield await gate.promise
  }
  const loading = loadData(loader, { table: 'test.loaded', from: rows() })
  loading.catch(() => undefined)
  const watching = startTidbTest(project, ['jobs', '--interval', '50ms', '--json'], env)
  await watching.until(/"table_name":"held","job_type":"add index[^}]*"state":"running"/)
  await watching.until(
    new RegExp(
      `"loads":\\{"jobs":\\[\\{"job_id":${loader.connectionId},"user":"shop",[^}]*"table_name":"\`test\`.\`loaded\`"`,
    ),
  )
  gate.resolve('3\n')
  await holder.run`COMMIT`
  expect(await loading).toMatchObject({ records: 3 })
  await adding.result()
  await watching.until(/"table_name":"held","job_type":"add index[^}]*"state":"synced"[^\n]*"loads":\{"jobs":\[\]\}/)
  watching.child.kill('SIGINT')
  const { output, exitCode } = await watching.finished
  expect(exitCode).toBe(130)
  expect(output).not.toContain('INFILE')
  const once = await tidbTest(project, ['jobs', '--once'], env)
  expect(once.output).toMatch(/^LOAD DATA under way\n {2}none$/m)
})

test('config init writes a file that is in force, and replaces none', async () => {
  const project = await UserProject.create({ 'shop.sql': 'CREATE TABLE item (id INT);' })
  const options = ['--host', 'db.local:4001', '--user', '123', '--rows', '20', '--schema', 'shop.sql']
  expect((await tidbTest(project, ['config', 'init', ...options])).exitCode).toBe(0)
  const shown = await tidbTest(project, ['config', 'show'])
  expect(shown.output).toMatch(/^database\.port +4001 +file tidb-test\.config\.toml line \d+$/m)
  expect(shown.output).toMatch(/^database\.user +123 +file tidb-test\.config\.toml/m)
  expect(shown.output).toMatch(/^test\.rows +20 +file tidb-test\.config\.toml/m)

  const again = await tidbTest(project, ['config', 'init'])
  expect(again.output).toContain('tidb-test.config.toml is there already.')
  expect(again.exitCode).toBe(2)

  await mkdir(join(project.folder, 'ci'))
  const json = await tidbTest(project, [
    'config',
    'init',
    'ci/tidb.json',
    '--schema',
    'shop.sql',
    '--backend',
    'binary',
  ])
  expect(json.exitCode).toBe(0)
  const fromJson = await tidbTest(project, ['config', 'show', '-c', 'ci/tidb.json'])
  expect(fromJson.output).toContain(join(project.folder, 'shop.sql'))
  expect(fromJson.output).toMatch(/^backend\.kind +binary +file ci\/tidb\.json line \d+$/m)

  const toml = await readFile(join(project.folder, 'tidb-test.config.toml'), 'utf8')
  const inJson = JSON.parse(await readFile(join(project.folder, 'ci/tidb.json'), 'utf8')) as { $schema: string }
  for (const [folder, schema] of [
    ['.', /^#:schema (.+)$/m.exec(toml)?.[1] ?? ''],
    ['ci', inJson.$schema],
  ] as const) {
    const named = await readFile(join(project.folder, folder, schema), 'utf8')
    expect(JSON.parse(named)).toMatchObject({ title: 'Configuration of vitest-tidb' })
  }

  const wrong = await tidbTest(project, ['config', 'init', 'x.toml', '--port', '0'])
  expect(wrong.output).toContain('option --port: database.port "0" is not allowed.')
  expect(wrong.exitCode).toBe(2)
})
