import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { externalServer } from './support/external-server.ts'
import { binary, startTidbTest, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

test('isolation tells which anomalies TiDB shows, and leaves no database', async () => {
  const project = await UserProject.create({})
  const { env, port } = await externalServer(project)
  const { exitCode, output } = await tidbTest(project, ['isolation', '--rows', '6', '--json'], env)
  expect(exitCode).toBe(0)
  const { rows, matrix } = JSON.parse(output.slice(output.indexOf('{\n'))) as {
    rows: number
    matrix: {
      level: string
      mode: string
      observed: Record<string, { occurrences: number; refusal?: object }> | null
    }[]
  }
  expect(rows).toBe(6)
  const seen = Object.fromEntries(
    matrix.map(({ level, mode, observed }) => [
      `${level} ${mode}`,
      observed === null ? null : Object.values(observed).map(({ occurrences }) => occurrences),
    ]),
  )
  // In the order dirty read, non-repeatable read, phantom, lost update, write skew.
  expect(seen).toEqual({
    'READ UNCOMMITTED pessimistic': null,
    'READ UNCOMMITTED optimistic': null,
    'READ COMMITTED pessimistic': [0, 6, 6, 6, 3],
    'READ COMMITTED optimistic': [0, 0, 0, 0, 3],
    'REPEATABLE READ pessimistic': [0, 0, 0, 6, 3],
    'REPEATABLE READ optimistic': [0, 0, 0, 0, 3],
    'SERIALIZABLE pessimistic': null,
    'SERIALIZABLE optimistic': null,
  })
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
  expect(output).toMatch(/^isolation level +mode +dirty read +non-repeatable read +phantom +lost update +write skew$/m)
  expect(output).toMatch(
    /^REPEATABLE READ +optimistic +prevented +prevented +prevented +prevented \(9007\) +occurs 5\/5$/m,
  )
  expect(output).toMatch(/^SERIALIZABLE +pessimistic +not supported \(8048\)$/m)
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
  const forever = startTidbTest(project, ['jobs', '--interval', '50ms'], env)
  await forever.until(/DDL jobs[^]*create schema[^]*DDL jobs/)
  forever.child.kill('SIGINT')
  expect((await forever.finished).exitCode).toBe(130)
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

  const wrong = await tidbTest(project, ['config', 'init', 'x.toml', '--port', '0'])
  expect(wrong.output).toContain('option --port: database.port "0" is not allowed.')
  expect(wrong.exitCode).toBe(2)
})
