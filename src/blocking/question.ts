import type { Session } from '../connections/session.ts'
import type { SqlRow } from '../connections/sql.ts'

/** One query, and how its rows are read. */
export interface Question<Answer> {
  /** Empty for what need not be asked: then there are no rows. */
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
  const asked = list.filter(({ sql }) => sql !== '')
  const replies = asked.length === 0 ? [] : await session.script(asked.map(({ sql }) => sql).join(';\n'))
  return list.map((question) => {
    const rows = replies[asked.indexOf(question)]
    return question.read(Array.isArray(rows) ? rows : [])
  }) as unknown as Answers
}
