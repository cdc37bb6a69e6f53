import type { Readable } from 'node:stream'
import type { FieldPacket } from 'mysql2'
import type { Replies } from './outcome.ts'

/** Opens the file that the server asks for by this name. What it throws fails the statement. */
export type LocalFile = (path: string) => Readable

/** How a statement is sent whose rows are to be had as the server's own text. */
export interface RawReading {
  /** Opens the file that LOAD DATA LOCAL INFILE names; without it the statement fails. */
  readonly localFile?: LocalFile
  /** Told whenever a piece of that file has gone to the server. */
  readonly onPiece?: () => void
  /** Warnings are asked for after rows too. */
  readonly warnings?: boolean
}

/** The rows of a statement as the server sent them: text, by column; both empty when it returns none. */
export interface RawRows {
  readonly fields: readonly FieldPacket[]
  readonly rows: readonly (readonly (Buffer | null)[])[]
}

/** Of a reply that was read raw. */
export function rawRowsOf({ replies }: Replies): RawRows {
  const last = replies.at(-1)
  if (last === undefined || !('rows' in last)) return { fields: [], rows: [] }
  return { fields: last.fields, rows: last.rows as unknown as RawRows['rows'] }
}
