import { createReadStream } from 'node:fs'
import { access, constants } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { escapeId } from 'mysql2'
import type { Outcome } from '../connections/outcome.ts'
import type { Session } from '../connections/session.ts'
import { ImportError } from '../errors/import-error.ts'
import { TestData } from './data/test-data.ts'
import { clausesOf, formatOf, type FormatOption } from './file-format.ts'

export interface LoadDataOptions {
  /** `account`, or `shop.account`. */
  readonly table: string
  /** The path of a file, a stream or other source of its bytes, or test data. */
  readonly from: string | AsyncIterable<Buffer | string> | Iterable<Buffer | string> | TestData
  /** `csv` when not given. */
  readonly format?: FormatOption
  /** What the fields of a line are for: columns, or variables such as `@cents`. All columns in order when not given; of test data its own. */
  readonly columns?: readonly string[]
  /** Columns that are computed, as SQL: `{ amount: '@cents / 100' }`. */
  readonly set?: Readonly<Record<string, string>>
  /** A row with a key that is there is left out with a warning, or takes the old one's place. `ignore` when not given. */
  readonly duplicates?: 'ignore' | 'replace'
  /** Of the file: utf8mb4 when not given; TiDB knows latin1, gbk, ascii and binary too. */
  readonly characterSet?: string
  /** Lines at the beginning that are no rows. */
  readonly ignoreLines?: number
}

export interface Loaded extends Pick<Outcome, 'affectedRows' | 'warnings'> {
  /** Lines that were read as rows. */
  readonly records: number
  /** Rows whose place was taken by another. */
  readonly deleted: number
  /** Rows that were left out. */
  readonly skipped: number
}

/**
 * LOAD DATA LOCAL INFILE, in a transaction: a source that fails halfway leaves nothing behind. Only what `from` names is
 * ever sent: a server that asks for another file gets none.
 *
 * @throws ImportError `IMPORT_FILE` when the file can't be read, `IMPORT_FILE_REFUSED` when the server asks for another
 *   one, `IMPORT_OPTION`; StatementError; what the source throws
 */
export async function loadData(session: Session, options: LoadDataOptions): Promise<Loaded> {
  const { from } = options
  if (typeof from === 'string') await assertReadable(from)
  // The server sends this name back. It is no path: nothing is opened by what a server says.
  const name = `vitest-tidb-${crypto.randomUUID()}`
  let failure: unknown
  let opened: Readable | undefined
  const localFile = (asked: string): Readable => {
    const source = asked === name ? sourceOf(options) : Readable.from(refused(asked))
    source.once('error', (error: unknown) => {
      failure = error
    })
    opened = source
    return source
  }
  const text = statementOf(name, options)
  try {
    const { affectedRows, warnings, info } = await session.transaction((tx) => tx.loadLocal(text, localFile))
    return { affectedRows, warnings, ...countsOf(info) }
  } catch (error) {
    throw failure ?? error
  } finally {
    opened?.destroy()
  }
}

function statementOf(name: string, options: LoadDataOptions): string {
  const { table, from, format, duplicates = 'ignore', characterSet = 'utf8mb4', ignoreLines = 0, set = {} } = options
  if (!/^\w+$/.test(characterSet)) throw new ImportError('IMPORT_OPTION', `'${characterSet}' is no character set`)
  if (!Number.isInteger(ignoreLines) || ignoreLines < 0) {
    throw new ImportError('IMPORT_OPTION', `ignoreLines is ${ignoreLines}; it must be a whole number from 0 on`)
  }
  const columns = options.columns ?? (from instanceof TestData ? from.columns : [])
  const fields = columns.map((column) => (column.startsWith('@') ? column : escapeId(column, true)))
  const computed = Object.entries(set).map(([column, sql]) => `${escapeId(column, true)} = ${sql}`)
  return [
    `LOAD DATA LOCAL INFILE '${name}' ${duplicates.toUpperCase()} INTO TABLE ${escapeId(table)}`,
    `CHARACTER SET ${characterSet} ${clausesOf(formatOf(format))}`,
    ...(ignoreLines === 0 ? [] : [`IGNORE ${ignoreLines} LINES`]),
    ...(fields.length === 0 ? [] : [`(${fields.join(', ')})`]),
    ...(computed.length === 0 ? [] : [`SET ${computed.join(', ')}`]),
  ].join(' ')
}

function sourceOf({ from, format }: LoadDataOptions): Readable {
  if (typeof from === 'string') return createReadStream(from)
  if (from instanceof TestData) return from.stream(format)
  return from instanceof Readable ? from : Readable.from(from)
}

// oxlint-disable-next-line require-yield -- it is a source that has nothing to give
async function* refused(asked: string): AsyncIterable<Buffer> {
  throw new ImportError(
    'IMPORT_FILE_REFUSED',
    `the server asked for the file '${asked}', which this import does not name`,
    {
      remedy: 'It got none. Whoever answers there is no TiDB, or not the one that you mean.',
    },
  )
}

async function assertReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK)
  } catch (error) {
    throw new ImportError('IMPORT_FILE', `the file ${path} can't be read`, {
      cause: error,
      remedy: 'Check the path, from the working directory on, and its permissions.',
    })
  }
}

/** `Records: 6  Deleted: 0  Skipped: 1  Warnings: 5` */
function countsOf(info: string): Pick<Loaded, 'records' | 'deleted' | 'skipped'> {
  const count = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(info)?.[1] ?? 0)
  return { records: count('Records'), deleted: count('Deleted'), skipped: count('Skipped') }
}
