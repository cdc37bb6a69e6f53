import type { ResultSetHeader } from 'mysql2'
import type { WireReply } from './wire.ts'

/** What a statement without rows did. */
export interface Outcome {
  readonly affectedRows: number
  /** The first AUTO_INCREMENT value that was given; 0n when there was none. */
  readonly insertId: bigint
  readonly warnings: readonly { readonly code: number; readonly message: string }[]
}

/** What came back for one text. */
export interface Replies {
  readonly replies: readonly WireReply[]
  readonly warnings: Outcome['warnings']
}

export function outcomeOfAll({ replies, warnings }: Replies): Outcome {
  const headers = replies.flatMap((reply) => ('header' in reply ? [reply.header] : []))
  const last = headers.at(-1)
  const affectedRows = headers.reduce((sum, header) => sum + header.affectedRows, 0)
  return last === undefined
    ? { affectedRows: 0, insertId: 0n, warnings }
    : { ...outcomeOf(last, warnings), affectedRows }
}

export function outcomeOf(header: ResultSetHeader, warnings: Outcome['warnings']): Outcome {
  return { affectedRows: header.affectedRows, insertId: BigInt(header.insertId), warnings }
}

/** What the server adds in words, such as `Records: 2  Deleted: 0  Skipped: 0  Warnings: 0`; often nothing. */
export function infoOf({ replies }: Replies): string {
  const last = replies.findLast((reply) => 'header' in reply)
  return last !== undefined && 'header' in last ? last.header.info : ''
}

/** Rows returned or affected. */
export function rowCountOf(replies: readonly WireReply[]): number {
  return replies.reduce((sum, reply) => sum + ('rows' in reply ? reply.rows.length : reply.header.affectedRows), 0)
}
