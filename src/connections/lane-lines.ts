import type { StatementRecord, TestRecord } from '../report/test-record.ts'
import { columnWidths, padTo } from './text-table.ts'

type Paint = (style: 'dim' | 'red', text: string) => string

const MOST_SESSIONS = 20
/** Of a time that is rounded to nothing. */
const LEAST = 0.005

/** A stretch of a lane; later ones are drawn over earlier ones. */
interface Stretch {
  readonly session: number
  readonly from: number
  readonly to: number
  readonly mark: '·' | '━' | '░' | '✗'
}

/**
 * The sessions of a test as lines over time, when there are several: what ran beside what, which waited, which failed.
 * Each moment at which something began or ended takes one column, so that short statements show beside long ones.
 */
export function laneLines(
  record: Pick<TestRecord, 'sessions' | 'statements' | 'waits' | 'milliseconds'>,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string[] {
  const names = record.sessions.map(({ name }) => name)
  const [labels = 0] = columnWidths(names.map((name) => [name]))
  const room = width - labels - 4
  // Each takes a column at least.
  let statements = record.statements.slice(-room)
  let stretches = stretchesOf(record, statements)
  while (momentsOf(stretches).length > room && statements.length > 1) {
    statements = statements.slice(1)
    stretches = stretchesOf(record, statements)
  }
  const shown = names.flatMap((name, session) =>
    statements.some((each) => each.session === session) ? [{ name, session }] : [],
  )
  if (shown.length < 2 || shown.length > MOST_SESSIONS) return []
  const moments = momentsOf(stretches)
  const [first = 0] = moments
  const last = moments.at(-1) ?? 0
  return [
    `Sessions over ${spanOf(last - first)}, not to scale (━ statement, ░ blocked, · transaction open, ✗ failed):`,
    ...shown.map(({ name, session }) => {
      const own = stretches.filter((stretch) => stretch.session === session)
      const marks = moments.slice(0, -1).map((moment, index) => markAt(own, moment, moments[index + 1] ?? moment))
      const drawn = marks.join('').trimEnd()
      return `  ${padTo(name, labels)}  ${drawn.replaceAll(/✗|·+/g, (mark) => paint(mark === '✗' ? 'red' : 'dim', mark))}`
    }),
  ]
}

function markAt(stretches: readonly Stretch[], from: number, to: number): string {
  return stretches.findLast((stretch) => stretch.from <= from && stretch.to >= to)?.mark ?? ' '
}

function momentsOf(stretches: readonly Stretch[]): number[] {
  return [...new Set(stretches.flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b)
}

function stretchesOf(
  { waits = [], milliseconds }: Pick<TestRecord, 'waits' | 'milliseconds'>,
  statements: readonly StatementRecord[],
): Stretch[] {
  const begun = statements[0]?.at ?? 0
  const endOf = (statement: StatementRecord): number =>
    statement.at + Math.max(LEAST, statement.milliseconds ?? milliseconds - statement.at)
  const open = statements.flatMap((statement) => {
    if (statement.inTransaction !== true) return []
    const next = statements.find((other) => other.session === statement.session && other.at > statement.at)
    return [{ session: statement.session, from: endOf(statement), to: next?.at ?? milliseconds, mark: '·' as const }]
  })
  const running = statements.map((statement) => ({
    session: statement.session,
    from: statement.at,
    to: endOf(statement),
    mark: '━' as const,
  }))
  const blocked = waits.flatMap(({ session, at, until }) =>
    at < begun ? [] : [{ session, from: at, to: until, mark: '░' as const }],
  )
  // A failure has a moment of its own, behind what it ended.
  const failed = statements.flatMap((statement) => {
    const end = endOf(statement)
    return statement.error === undefined
      ? []
      : [{ session: statement.session, from: end, to: end + LEAST, mark: '✗' as const }]
  })
  return [...open, ...running, ...blocked, ...failed].filter(({ from, to }) => to > from)
}

function spanOf(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`
}
