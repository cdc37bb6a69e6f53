import mysql, { type FieldPacket } from 'mysql2'
import type { RawRows } from '../connections/raw-rows.ts'
import type { ColumnType, CrossingRows } from './protocol.ts'

// A getter on the CommonJS module, which no named import finds.
const { Types } = mysql

/** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_character_set.html */
const BINARY = 63

const types = new Map<number, ColumnType>([
  [Types.TINY, 'int'],
  [Types.SHORT, 'int'],
  [Types.INT24, 'int'],
  [Types.LONG, 'int'],
  [Types.LONGLONG, 'int'],
  [Types.YEAR, 'int'],
  [Types.FLOAT, 'float'],
  [Types.DOUBLE, 'float'],
  [Types.DECIMAL, 'decimal'],
  [Types.NEWDECIMAL, 'decimal'],
  [Types.DATE, 'date'],
  [Types.NEWDATE, 'date'],
  [Types.DATETIME, 'datetime'],
  [Types.TIMESTAMP, 'datetime'],
  [Types.TIME, 'time'],
  [Types.BIT, 'bit'],
  // Their bytes are text although the protocol calls them binary.
  [Types.JSON, 'str'],
  [Types.ENUM, 'str'],
  [Types.SET, 'str'],
  [Types.VECTOR, 'str'],
])

function columnType(field: FieldPacket): ColumnType {
  const type = types.get(field.columnType ?? field.type ?? -1)
  return type ?? (field.characterSet === BINARY ? 'bytes' : 'str')
}

/** Rows as they cross to Python. */
export function crossingRows({ fields, rows }: RawRows): CrossingRows {
  const columns = fields.map((field) => ({ name: field.name, type: columnType(field) }))
  const encodings = columns.map(({ type }) => (type === 'bytes' || type === 'bit' ? 'base64' : 'utf8'))
  return {
    columns,
    rows: rows.map((row) => row.map((value, index) => (value === null ? null : value.toString(encodings[index])))),
  }
}
