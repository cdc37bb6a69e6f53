import { escapeId } from 'mysql2'

export interface TableColumn {
  readonly name: string
  /** information_schema.columns.data_type: `varchar`. */
  readonly type: string
  readonly generated: boolean
}

/** The columns that INSERT takes, as a list. */
export function insertedColumns(columns: readonly TableColumn[]): string {
  return columns
    .filter(({ generated }) => !generated)
    .map(({ name }) => escapeId(name, true))
    .join(', ')
}

/** An expression whose value is the row as a list of SQL literals: exactly what INSERT brings back. */
export function rowAsLiterals(columns: readonly TableColumn[]): string {
  const literals = columns.filter(({ generated }) => !generated).map((column) => `IFNULL(${literal(column)}, 'NULL')`)
  return literals.length === 1 ? String(literals[0]) : `CONCAT_WS(', ', ${literals.join(', ')})`
}

function literal({ name, type }: TableColumn): string {
  const id = escapeId(name, true)
  switch (type.toLowerCase()) {
    case 'tinyint':
    case 'smallint':
    case 'mediumint':
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'double':
    case 'year':
      return `CAST(${id} AS CHAR)`
    case 'float':
      // Six digits are printed of it; those of a double are all that it has.
      return `CAST(${id} + 0e0 AS CHAR)`
    case 'bit':
    case 'enum':
    case 'set':
      return `CAST(${id} + 0 AS CHAR)`
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return `CONCAT('x''', HEX(${id}), '''')`
    default:
      return `QUOTE(CAST(${id} AS CHAR))`
  }
}
