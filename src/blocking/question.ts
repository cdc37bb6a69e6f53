import type { Session } from '../connections/session.ts'
import type { SqlRow } from '../connections/sql.ts'

/** One query, and how its rows are read. */
export interface Question<Answer> {
  readonly sql: string
  readonly read: (rows: readonly SqlRow[]) => Answer
}

/**
 * Asks several questions in one round trip.
 *
 * @throws StatementError when one of them is refused: then none is answered
 */
export async function ask<const Answers extends readonly unknown[]>(
  session: Session,
  questions: { readonly [I in keyof Answers]: Question<Answers[I]> },
): Promise<Answers> {
  const list = questions as readonly Question<unknown>[]
  const replies = await session.script(list.map(({ sql }) => sql).join(';\n'))
  return list.map(({ read }, index) => {
    const rows = replies[index]
    return read(Array.isArray(rows) ? rows : [])
  }) as unknown as Answers
}
