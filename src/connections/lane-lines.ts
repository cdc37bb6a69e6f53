import type { FaultRecord } from '../report/fault-record.ts'
import type { StatementRecord, TestRecord } from '../report/test-record.ts'
import { shortened } from './statement-lines.ts'
import { columnWidths, padTo } from './text-table.ts'

type Paint = (style: 'dim' | 'red', text: string) => string

const MOST_SESSIONS = 20
/** The last of them are drawn and told of. */
const MOST_FAULTS = 5
const FAULTS = 'faults' as const
/** Of a time that is rounded to nothing. */
const LEAST = 0.005

/** A stretch of a lane; later ones are drawn over earlier ones. */
interface Stretch {
  /** Index of a session, or the lane of faults. */
  readonly lane: number | typeof FAULTS
  readonly from: number
  readonly to: number
  readonly mark: '·' | '━' | '░' | '✗' | '▓'
}

/**
 * The sessions of a test as lines over time, when there are several or faults: what ran beside what, which waited, which
 * failed. Each moment at which something began or ended takes one column, so that short statements show beside long ones.
 */
export function laneLines(
  record: Pick<TestRecord, 'sessions' | 'statements' | 'waits' | 'faults' | 'milliseconds'>,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string[] {
  const names = record.sessions.map(({ name }) => name)
  const faults = (record.faults ?? []).slice(-MOST_FAULTS)
  const ofFaults = faults.length === 0 ? [] : [{ name: FAULTS, lane: FAULTS } as const]
  const [labels = 0] = columnWidths([...ofFaults.map(({ name }) => name), ...names].map((name) => [name]))
  const room = width - labels - 4
  // Each takes a column at least.
  let statements = record.statements.slice(-room)
  let stretches = stretchesOf(record, statements, faults)
  while (momentsOf(stretches).length > room && statements.length > 1) {
    statements = statements.slice(1)
    stretches = stretchesOf(record, statements, faults)
  }
  const shown = names.flatMap((name, lane) =>
    statements.some((each) => each.session === lane) ? [{ name, lane }] : [],
  )
  if (shown.length === 0 || shown.length + faults.length < 2 || shown.length > MOST_SESSIONS) return []
  const moments = momentsOf(stretches)
  const [first = 0] = moments
  const last = moments.at(-1) ?? 0
  return [
    `Sessions over ${spanOf(last - first)}, not to scale (━ statement, ░ blocked, · transaction open, ✗ failed${faults.length === 0 ? '' : ', ▓ fault'}):`,
    ...[...ofFaults, ...shown].map(({ name, lane }) => {
      const own = stretches.filter((stretch) => stretch.lane === lane)
      const marks = moments.slice(0, -1).map((moment, index) => markAt(own, moment, moments[index + 1] ?? moment))
      const drawn = marks.join('').trimEnd()
      return `  ${padTo(name, labels)}  ${drawn.replaceAll(/✗|·+/g, (mark) => paint(mark === '✗' ? 'red' : 'dim', mark))}`
    }),
    ...faults.map((fault) => `  ${shortened(faultLine(fault), width - 2)}`),
  ]
}

/** Wire faults say with their text what they are, and processes what became of them. */
function faultLine({ kind, target, at, until, text = kind }: FaultRecord): string {
  const what = text.startsWith(kind) ? text : `${kind}: ${text}`
  const lasted = until === undefined ? '' : `, for ${spanOf(until - at)}`
  return `▓ at ${spanOf(at)}${lasted}, on ${target}: ${what}`
}

function markAt(stretches: readonly Stretch[], from: number, to: number): string {
  return stretches.findLast((stretch) => stretch.from <= from && stretch.to >= to)?.mark ?? ' '
}

function momentsOf(stretches: readonly Stretch[]): number[] {
  return [...new Set(stretches.flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b)
}

function stretchesOf(
  { statements: [first], waits = [], milliseconds }: Pick<TestRecord, 'statements' | 'waits' | 'milliseconds'>,
  statements: readonly StatementRecord[],
  faults: readonly FaultRecord[],
): Stretch[] {
  const begun = statements[0]?.at ?? 0
  const endOf = (statement: StatementRecord): number =>
    statement.at + Math.max(LEAST, statement.milliseconds ?? milliseconds - statement.at)
  const open = statements.flatMap((statement) => {
    if (statement.inTransaction !== true) return []
    const next = statements.find((other) => other.session === statement.session && other.at > statement.at)
    return [{ lane: statement.session, from: endOf(statement), to: next?.at ?? milliseconds, mark: '·' as const }]
  })
  const running = statements.map((statement) => ({
    lane: statement.session,
    from: statement.at,
    to: endOf(statement),
    mark: '━' as const,
  }))
  const blocked = waits.flatMap(({ session, at, until }) =>
    at < begun ? [] : [{ lane: session, from: at, to: until, mark: '░' as const }],
  )
  // A failure has a moment of its own, behind what it ended.
  const failed = statements.flatMap((statement) => {
    const end = endOf(statement)
    return statement.error === undefined
      ? []
      : [{ lane: statement.session, from: end, to: end + LEAST, mark: '✗' as const }]
  })
  const faulty = faults.map(({ at, until = at }) => ({
    lane: FAULTS,
    // Not what was before the statements that are shown.
    from: statements[0] === first ? at : Math.max(at, begun),
    to: Math.max(until, at + LEAST),
    mark: '▓' as const,
  }))
  return [...open, ...running, ...blocked, ...failed, ...faulty].filter(({ from, to }) => to > from)
}

function spanOf(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`
}
