import type { Clock } from '../clock/clock.ts'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import type { Session } from '../connections/session.ts'
import type { SqlRow } from '../connections/sql.ts'
import { ImportError } from '../errors/import-error.ts'
import { StatementError } from '../errors/statement-error.ts'

/** A job of IMPORT INTO. Columns: https://docs.pingcap.com/tidb/stable/sql-statement-show-import-job */
export interface ImportJob {
  readonly id: number
  readonly source: string
  readonly table: string
  /** `importing`, `validating`, … while it runs; empty before and after. */
  readonly phase: string
  readonly status: 'pending' | 'running' | 'finished' | 'failed' | 'cancelled' | (string & {})
  /** As the server writes it, such as `11.93GB`. */
  readonly sourceSize: string
  /** Undefined until it is known. */
  readonly importedRows: number | undefined
  readonly message: string
  /** Milliseconds from its start to its end, or until now; 0 as long as it has not started. Undefined when it was cancelled: TiDB notes no end then. */
  readonly elapsed: number | undefined
}

const ENDED: ReadonlySet<string> = new Set(['finished', 'failed', 'cancelled'])
const JOB_NOT_FOUND = 8170

/** All jobs that the user may see, the newest first. @throws StatementError */
export async function importJobs(session: Session, clock: Clock = systemClock): Promise<ImportJob[]> {
  const rows = await session.query`SHOW IMPORT JOBS`
  return rows.map((row) => importJobOf(row, clock)).toSorted((left, right) => right.id - left.id)
}

/** @throws ImportError `IMPORT_JOB_UNKNOWN`; StatementError */
async function importJob(session: Session, id: number, clock: Clock): Promise<ImportJob> {
  const [row] = await known(id, () => session.query`SHOW IMPORT JOB ${id}`)
  if (row === undefined) throw unknown(id)
  return importJobOf(row, clock)
}

export interface WatchOptions {
  /** Milliseconds between two looks; 500 when not given. */
  readonly interval?: number
  /** Sees the job at each look. */
  readonly onProgress?: (job: ImportJob) => void
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/**
 * Looks at a job until it has ended.
 *
 * @throws ImportError `IMPORT_JOB_FAILED` when it failed or was cancelled, with the server's message; `IMPORT_JOB_UNKNOWN`;
 *   the signal's reason
 */
export async function watchImportJob(session: Session, id: number, options: WatchOptions = {}): Promise<ImportJob> {
  const { interval = 500, onProgress, signal, clock = systemClock } = options
  for (;;) {
    signal?.throwIfAborted()
    const job = await importJob(session, id, clock)
    onProgress?.(job)
    if (job.status === 'finished') return job
    if (ENDED.has(job.status)) {
      throw new ImportError(
        'IMPORT_JOB_FAILED',
        `import job ${id} into ${job.table} is ${job.status}: ${job.message}`,
        {
          remedy: 'What it had written before is in its table; truncate it before you import again.',
          context: { job: id, rows: job.importedRows },
        },
      )
    }
    await sleep(clock, interval, signal)
  }
}

/** Asks for a job to be ended; `watchImportJob` sees when it is. @throws ImportError `IMPORT_JOB_UNKNOWN`; StatementError */
export async function cancelImportJob(session: Session, id: number): Promise<void> {
  await known(id, () => session.run`CANCEL IMPORT JOB ${id}`)
}

export function importJobOf(row: SqlRow, clock: Clock = systemClock): ImportJob {
  const text = (name: string): string => String(row[name] ?? '')
  const time = (name: string): number | undefined => (row[name] instanceof Date ? row[name].getTime() : undefined)
  const started = time('Start_Time')
  const ended = time('End_Time') ?? (ENDED.has(text('Status')) ? undefined : clock.now())
  const rows = row['Imported_Rows']
  return {
    id: Number(row['Job_ID']),
    source: text('Data_Source'),
    table: text('Target_Table'),
    phase: text('Phase'),
    status: text('Status'),
    sourceSize: text('Source_File_Size'),
    importedRows: rows === null || rows === undefined ? undefined : Number(rows),
    message: text('Result_Message'),
    elapsed: started === undefined ? 0 : ended === undefined ? undefined : Math.max(0, ended - started),
  }
}

async function known<R>(id: number, work: () => PromiseLike<R>): Promise<R> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof StatementError && error.errno === JOB_NOT_FOUND ? unknown(id, error) : error
  }
}

function unknown(id: number, cause?: unknown): ImportError {
  return new ImportError('IMPORT_JOB_UNKNOWN', `there is no import job ${id}, or the user may not see it`, {
    cause,
    remedy: 'importJobs() lists those that there are.',
  })
}
