import type { FieldPacket } from 'mysql2'

/** Of the protocol's flags. Source: https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__column__definition__flags.html */
const UNSIGNED = 32
const ENUM = 256
const SET = 2048
/** The pseudo collation of bytes. */
const BINARY = 63

const NAMES: Readonly<Record<number, string>> = {
  0: 'DECIMAL',
  1: 'TINYINT',
  2: 'SMALLINT',
  3: 'INT',
  4: 'FLOAT',
  5: 'DOUBLE',
  6: 'NULL',
  7: 'TIMESTAMP',
  8: 'BIGINT',
  9: 'MEDIUMINT',
  10: 'DATE',
  11: 'TIME',
  12: 'DATETIME',
  13: 'YEAR',
  16: 'BIT',
  245: 'JSON',
  246: 'DECIMAL',
  255: 'GEOMETRY',
}
const INTEGERS = new Set([1, 2, 3, 8, 9])
const VARYING = new Set([15, 253])
const FIXED = 254

/** The type of a result's column. */
export interface ColumnType {
  /** As people write it, but for lengths: `INT UNSIGNED`, `VARCHAR`; of an expression its kind. */
  readonly type: string
  /** What is left when it does not matter how wide an integer or a text is: `integer UNSIGNED`, `text`. */
  readonly kind: string
  /**
   * Of an expression. How wide the integer or the text is that an expression makes, no documentation says, and releases of
   * one product differ: so its kind alone is compared.
   */
  readonly computed: boolean
}

export function columnTypeOf(field: FieldPacket): ColumnType {
  const computed = field.orgTable === ''
  const exact = exactTypeOf(field)
  const kind = kindOf(exact)
  return { type: computed ? kind : exact, kind, computed }
}

/** Whether two columns have the same type, as far as that can be said. */
export function isSameType(one: ColumnType, other: ColumnType): boolean {
  return one.computed || other.computed ? one.kind === other.kind : one.type === other.type
}

function exactTypeOf(field: FieldPacket): string {
  const type = field.columnType ?? field.type ?? -1
  const flags = Number(field.flags)
  const name = NAMES[type]
  if (name !== undefined) return INTEGERS.has(type) && (flags & UNSIGNED) !== 0 ? `${name} UNSIGNED` : name
  if ((flags & ENUM) !== 0) return 'ENUM'
  if ((flags & SET) !== 0) return 'SET'
  const bytes = isBytes(field)
  if (type === FIXED) return bytes ? 'BINARY' : 'CHAR'
  if (VARYING.has(type)) return bytes ? 'VARBINARY' : 'VARCHAR'
  return bytes ? 'BLOB' : 'TEXT'
}

function kindOf(type: string): string {
  if (/INT/.test(type)) return type.replace(/^\w+/, 'integer')
  if (['CHAR', 'VARCHAR', 'TEXT'].includes(type)) return 'text'
  return ['BINARY', 'VARBINARY', 'BLOB'].includes(type) ? 'bytes' : type
}

/** Whether a column's values are bytes and no text. */
export function isBytes(field: FieldPacket): boolean {
  const type = field.columnType ?? field.type ?? -1
  if (type === 16 || type === 255) return true
  return field.characterSet === BINARY && NAMES[type] === undefined && !INTEGERS.has(type)
}
