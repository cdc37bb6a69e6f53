import { textTable } from '../connections/text-table.ts'
import type { WireReply } from '../connections/wire.ts'

const ROWS_SHOWN = 20

/** A reply as the mysql client would show it; of many rows only the first. */
export function renderReply(reply: WireReply): string {
  if ('header' in reply) return `ok, ${reply.header.affectedRows} rows affected, ${reply.header.warningStatus} warnings`
  const { rows, fields } = reply
  if (rows.length === 0) return 'no rows'
  const names = fields.map(({ name }) => name)
  const shown = rows.slice(0, ROWS_SHOWN).map((row) => names.map((name) => cellText(row[name])))
  const rest = rows.length > ROWS_SHOWN ? `\n… ${rows.length - ROWS_SHOWN} more rows` : ''
  return textTable(names, shown) + rest
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : String(value)
}
