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

/**
 * The type of a result's column, as people write it. Of a column of a table it is exact but for lengths. Of an expression
 * it is the kind alone: how wide the integer or the text is that an expression makes, no documentation says, and releases
 * of one product differ.
 */
export function columnTypeOf(field: FieldPacket): string {
  const type = field.columnType ?? field.type ?? -1
  const flags = Number(field.flags)
  const computed = field.orgTable === ''
  if (INTEGERS.has(type)) return (computed ? 'integer' : NAMES[type]) + ((flags & UNSIGNED) === 0 ? '' : ' UNSIGNED')
  const name = NAMES[type]
  if (name !== undefined) return name
  if ((flags & ENUM) !== 0) return 'ENUM'
  if ((flags & SET) !== 0) return 'SET'
  const bytes = isBytes(field)
  if (computed) return bytes ? 'bytes' : 'text'
  if (type === FIXED) return bytes ? 'BINARY' : 'CHAR'
  if (VARYING.has(type)) return bytes ? 'VARBINARY' : 'VARCHAR'
  return bytes ? 'BLOB' : 'TEXT'
}

/** Whether a column's values are bytes and no text. */
export function isBytes(field: FieldPacket): boolean {
  const type = field.columnType ?? field.type ?? -1
  if (type === 16 || type === 255) return true
  return field.characterSet === BINARY && NAMES[type] === undefined && !INTEGERS.has(type)
}
