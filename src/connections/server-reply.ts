import type { FieldPacket } from 'mysql2'
import type { Outcome, Replies } from './outcome.ts'
import { rawRowsOf, type RawRows } from './raw-rows.ts'

/** Everything that a server said of one statement. */
export interface ServerReply {
  /** Undefined where the statement returns no rows. */
  readonly rows: RawRows['rows'] | undefined
  readonly fields: readonly FieldPacket[]
  /** Undefined where it returns rows. */
  readonly affectedRows: number | undefined
  readonly warnings: Outcome['warnings']
}

/** Of a statement that was read raw. */
export function serverReplyOf(replies: Replies): ServerReply {
  const last = replies.replies.at(-1)
  const { warnings } = replies
  if (last !== undefined && 'header' in last) {
    return { rows: undefined, fields: [], affectedRows: last.header.affectedRows, warnings }
  }
  return { ...rawRowsOf(replies), affectedRows: undefined, warnings }
}
