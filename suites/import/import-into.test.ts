import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  cancelImportJob,
  expect,
  importInto,
  importJobs,
  importSupport,
  test as base,
  watchImportJob,
  type Session,
  type StartedStatement,
} from 'vitest-tidb'

const test = base.extend('folder', async ({ task }, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), `vitest-tidb-import-${task.id}-`))
  onCleanup(() => rm(folder, { recursive: true }))
  return folder
})

test('IMPORT INTO runs where the store allows it, and says why not where it does not', async ({
  db,
  tidb,
  skip,
  folder,
}) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const support = await importSupport(db)
  if (support.supported) return skip('this store takes IMPORT INTO, and no file of the server is at hand')
  expect(support.detectedBy).toContain('SHOW CONFIG')
  expect(support.reason).toContain(tidb.store)
  await expect(importInto(db, { table: 't', from: '/tmp/rows.csv', format: 'csv' })).rejects.toMatchObject({
    code: 'IMPORT_UNSUPPORTED',
    message: expect.stringContaining(support.reason),
  })
  // The server's own words, had it been asked: where it sees this machine's files, and over a store that refuses at once.
  if (tidb.backend !== 'embedded' && tidb.backend !== 'binary') return
  const file = join(folder, 'rows.csv')
  await writeFile(file, '1\n')
  await expect(db.run`IMPORT INTO t FROM ${file} FORMAT 'csv'`).toFailWith(1105)
})

test('a job that there is not is an error that says so', async ({ db }) => {
  await expect(cancelImportJob(db, 4711)).rejects.toMatchObject({ code: 'IMPORT_JOB_UNKNOWN' })
  await expect(watchImportJob(db, 4711)).rejects.toMatchObject({
    code: 'IMPORT_JOB_UNKNOWN',
    message: expect.stringContaining('4711'),
  })
})

test.describe('jobs, as their table in the database mysql has them', () => {
  test.override('databaseMode', 'server')

  test.beforeEach(({ tidb, skip }) => {
    skip(tidb.grant.sharing === 'shared', `the backend ${tidb.backend} has one server for all`)
  })

  /** SHOW IMPORT JOBS reads this table, so a job can be led through its life without a store that runs it. */
  async function begin(db: Session, table: string): Promise<number> {
    const { insertId } = await db.run`INSERT INTO mysql.tidb_import_jobs
      (create_time, start_time, table_schema, table_name, table_id, created_by, parameters, source_file_size, status, step, summary)
      VALUES (NOW(6), NOW(6), 'shop', ${table}, 1, 'root@%', '{"file-location": "s3://rows"}', 4096, 'running', 'importing', '{}')`
    return Number(insertId)
  }

  test('are listed, watched to their end, and have their rows and times', async ({ db, sessions }) => {
    const id = await begin(db, 'orders')
    expect(await importJobs(db)).toEqual([
      expect.objectContaining({
        id,
        table: '`shop`.`orders`',
        status: 'running',
        phase: 'importing',
        source: 's3://rows',
      }),
    ])
    const { watcher } = await sessions('watcher')
    const seen: string[] = []
    let ended: StartedStatement<unknown> | undefined
    const job = await watchImportJob(watcher, id, {
      interval: 1,
      onProgress({ status }) {
        seen.push(status)
        ended ??= db.start`UPDATE mysql.tidb_import_jobs SET status = 'finished', step = '', end_time = DATE_ADD(start_time, INTERVAL 90 SECOND), summary = '{"imported-rows": 1234}' WHERE id = ${id}`
      },
    })
    await expect(ended).toAffectRows(1)
    expect(seen[0]).toBe('running')
    expect(seen.at(-1)).toBe('finished')
    expect(job.importedRows).toBe(1234)
    expect(Math.abs((job.elapsed ?? 0) - 90_000)).toBeLessThan(1_001)
  })

  test('that fail are an error with what the server says', async ({ db }) => {
    const id = await begin(db, 'orders')
    await db.run`UPDATE mysql.tidb_import_jobs SET status = 'failed', error_message = 'no such bucket', end_time = NOW(6) WHERE id = ${id}`
    await expect(watchImportJob(db, id)).rejects.toMatchObject({
      code: 'IMPORT_JOB_FAILED',
      message: expect.stringContaining('no such bucket'),
    })
  })
})
