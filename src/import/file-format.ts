import { ImportError } from '../errors/import-error.ts'

/** How rows are written in a file, in the words of LOAD DATA. https://docs.pingcap.com/tidb/stable/sql-statement-load-data */
export interface FileFormat {
  readonly fieldsTerminatedBy: string
  /** Empty: values are not enclosed. */
  readonly enclosedBy: string
  /** Empty: nothing is escaped, and NULL can't be written. */
  readonly escapedBy: string
  readonly linesTerminatedBy: string
}

const csv: FileFormat = { fieldsTerminatedBy: ',', enclosedBy: '"', escapedBy: '\\', linesTerminatedBy: '\n' }
const tsv: FileFormat = { fieldsTerminatedBy: '\t', enclosedBy: '', escapedBy: '\\', linesTerminatedBy: '\n' }

/** `csv`, `tsv`, or one of these with differences. */
export type FormatOption = 'csv' | 'tsv' | (Partial<FileFormat> & { readonly like?: 'csv' | 'tsv' })

/** @throws ImportError `IMPORT_OPTION` */
export function formatOf(option: FormatOption = 'csv'): FileFormat {
  const { like = 'csv', ...own } = typeof option === 'string' ? { like: option } : option
  const known = { csv, tsv }[like]
  if (known === undefined) {
    throw new ImportError('IMPORT_OPTION', `there is no file format '${String(like)}'`, {
      remedy: "Say 'csv' or 'tsv', or give { like: 'csv', fieldsTerminatedBy: ';' }.",
    })
  }
  return { ...known, ...own }
}

/** One row as a line of a file. What the format means something by is escaped; NULL is `\N`. */
export function lineOf(cells: readonly (string | null)[], format: FileFormat): string {
  const { fieldsTerminatedBy, linesTerminatedBy } = format
  return cells.map((cell) => fieldOf(cell, format)).join(fieldsTerminatedBy) + linesTerminatedBy
}

/** The part of LOAD DATA that says the same to the server. */
export function clausesOf(format: FileFormat): string {
  const enclosed = format.enclosedBy === '' ? '' : ` OPTIONALLY ENCLOSED BY ${quoted(format.enclosedBy)}`
  return [
    `FIELDS TERMINATED BY ${quoted(format.fieldsTerminatedBy)}${enclosed} ESCAPED BY ${quoted(format.escapedBy)}`,
    `LINES TERMINATED BY ${quoted(format.linesTerminatedBy)}`,
  ].join(' ')
}

function fieldOf(cell: string | null, format: FileFormat): string {
  const { escapedBy, enclosedBy, fieldsTerminatedBy, linesTerminatedBy } = format
  if (cell === null) return `${escapedBy}N`
  const special = [escapedBy, enclosedBy, fieldsTerminatedBy, linesTerminatedBy].filter((each) => each !== '')
  if (!special.some((each) => cell.includes(each))) return cell
  const escaped = escapedBy === '' ? cell : cell.replaceAll(escapedBy, escapedBy + escapedBy)
  if (enclosedBy !== '') return enclosedBy + escaped.replaceAll(enclosedBy, enclosedBy + enclosedBy) + enclosedBy
  return [fieldsTerminatedBy, linesTerminatedBy].reduce(
    (text, each) => text.replaceAll(each, escapedBy + each),
    escaped,
  )
}

/** A string literal, whatever SQL mode the session has. */
export function quoted(text: string): string {
  return /^[\w ./:,;|@-]*$/.test(text) ? `'${text}'` : `0x${Buffer.from(text).toString('hex')}`
}
