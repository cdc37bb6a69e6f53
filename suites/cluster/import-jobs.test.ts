import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cancelImportJob, expect, importJobs, importSupport, test as base, watchImportJob } from 'vitest-tidb'

const ROWS = 50_000

/** A CSV file on this machine, whose disk the servers of an embedded cluster see. */
const test = base.extend('file', async ({ task }, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), `vitest-tidb-import-${task.id}-`))
  onCleanup(() => rm(folder, { recursive: true }))
  const file = join(folder, 'rows.csv')
  await writeFile(file, Array.from({ length: ROWS }, (_, id) => `${id},name ${id}\n`).join(''))
  return file
})

test('an import job is listed and followed on another server than the one that began it, and can be cancelled', async ({
  db,
  cluster,
  file,
  skip,
}) => {
  skip(cluster.source !== 'embedded', `servers of a cluster from ${cluster.source} may not see this machine's files`)
  const { importer, watcher } = await cluster.sessions({ importer: 1, watcher: 2 })
  const support = await importSupport(db)
  // Unistore takes no files, so a job stays under way until it is cancelled, which is what this test needs.
  if (support.supported) return skip('over TiKV the job may have ended before it is cancelled')
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20))`
  const started = await importer.query<{
    Job_ID: number
  }>`IMPORT INTO t FROM ${file} FORMAT 'csv' WITH detached, thread = 1`
  const id = Number(started[0]?.Job_ID)
  const seen = new Set<string>()
  const watching = watchImportJob(watcher, id, {
    interval: 50,
    onProgress({ status, phase }) {
      seen.add(`${status} ${phase}`.trim())
    },
  })
  watching.catch(() => undefined)
  await expect.poll(() => [...seen], { timeout: 60_000 }).toContain('running importing')
  const [job] = await importJobs(importer)
  expect(job).toMatchObject({ id, source: file, status: 'running', table: expect.stringMatching(/\.`t`$/) })
  expect(job?.sourceSize).toMatch(/^\d+(?:\.\d+)?KiB$/)
  await cancelImportJob(importer, id)
  await expect(watching).rejects.toMatchObject({
    code: 'IMPORT_JOB_FAILED',
    message: expect.stringMatching(/is cancelled: .*cancelled by user/i),
  })
  await expect(cancelImportJob(importer, id)).rejects.toThrow()
  await expect(db.query`SELECT * FROM t LIMIT 1`).toReturnNothing()
})
