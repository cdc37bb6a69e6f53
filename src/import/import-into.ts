import { escapeId } from 'mysql2'
import type { Session } from '../connections/session.ts'
import type { SqlRow } from '../connections/sql.ts'
import { ImportError } from '../errors/import-error.ts'
import { quoted } from './file-format.ts'
import { importJobOf, type ImportJob } from './import-jobs.ts'
import { importSupport } from './import-support.ts'

export interface ImportIntoOptions {
  readonly table: string
  /** A URI such as `s3://bucket/rows-*.csv?…`, or an absolute path on the server's own disk. */
  readonly from: string
  readonly format?: 'csv' | 'sql' | 'parquet'
  readonly columns?: readonly string[]
  /** Such as `{ thread: 4, skip_rows: 1 }`; true is an option without a value. https://docs.pingcap.com/tidb/stable/sql-statement-import-into */
  readonly with?: Readonly<Record<string, string | number | true>>
}

/**
 * Starts IMPORT INTO and does not wait for it: `watchImportJob` does.
 *
 * @throws ImportError `IMPORT_UNSUPPORTED`, with what was asked to find that out; StatementError
 */
export async function importInto(session: Session, options: ImportIntoOptions): Promise<ImportJob> {
  const support = await importSupport(session)
  if (!support.supported) {
    throw new ImportError(
      'IMPORT_UNSUPPORTED',
      `IMPORT INTO can't run here: ${support.reason} (${support.detectedBy})`,
      {
        remedy: 'Use loadData(), or a TiDB over TiKV.',
      },
    )
  }
  const { table, from, format, columns = [] } = options
  const given = Object.entries({ ...options.with, detached: true as const }).map(([name, value]) => {
    if (!/^\w+$/.test(name)) throw new ImportError('IMPORT_OPTION', `'${name}' is no option of IMPORT INTO`)
    return value === true ? name : `${name} = ${typeof value === 'number' ? value : quoted(value)}`
  })
  const [rows] = await session.script(
    [
      `IMPORT INTO ${escapeId(table)}`,
      ...(columns.length === 0 ? [] : [`(${columns.map((column) => escapeId(column, true)).join(', ')})`]),
      `FROM ${quoted(from)}`,
      ...(format === undefined ? [] : [`FORMAT '${format}'`]),
      `WITH ${given.join(', ')}`,
    ].join(' '),
  )
  const [row] = Array.isArray(rows) ? rows : []
  return importJobOf(row as SqlRow)
}
