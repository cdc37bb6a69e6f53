import type { EventRecord, StatementRecord, TestRecord, WaitRecord } from '../report/test-record.ts'

/** What is drawn in one line over time. */
export interface Lane {
  readonly label: string
  readonly kind: 'session' | 'machine' | 'faults'
  readonly bars: readonly Bar[]
  readonly transactions: readonly Transaction[]
  readonly waits: readonly WaitRecord[]
  readonly events: readonly EventRecord[]
}

export interface Bar {
  readonly from: number
  readonly to: number
  readonly outcome: 'ok' | 'failed' | 'running' | 'state' | 'fault'
  readonly text: string
  readonly detail: string
  /** Index of the statement in the record. */
  readonly statement?: number
}

interface Transaction {
  readonly from: number
  readonly to: number
  /** `open`: it was ended with its session. */
  readonly end: 'commit' | 'rollback' | 'open'
}

/** A statement that took no time that could be measured is still seen. */
const LEAST = 0.01

export function lanesOf(record: TestRecord): Lane[] {
  const { sessions, statements, waits = [] } = record
  const events = (record.events ?? []).map(openedTogether)
  const named = new Map<string, EventRecord[]>()
  for (const event of events) named.set(event.lane, [...(named.get(event.lane) ?? []), event])
  const ofSessions = sessions.map(({ name }, index): Lane => {
    const own = named.get(name) ?? []
    // Of two sessions of one name the first has the events.
    named.delete(name)
    return {
      label: name,
      kind: 'session',
      bars: statements.flatMap((each, at) => (each.session === index ? [statementBar(each, at, record)] : [])),
      transactions: transactionsOf(statements, index, record.milliseconds),
      waits: waits.filter(({ session }) => session === index),
      events: own,
    }
  })
  const others = [...named].map(([label, own]) => lane({ label, kind: 'session', events: own }))
  return [...faultLanes(record), ...ofSessions, ...others, ...machineLanes(record)]
}

/** Faults that were in force at the same time have a lane each, so that none hides another. A record has them in order. */
function faultLanes({ faults = [] }: TestRecord): Lane[] {
  const rows: Bar[][] = []
  for (const { kind, target, at, until = at, text } of faults) {
    const bar: Bar = {
      from: at,
      to: Math.max(until, at + LEAST),
      outcome: 'fault',
      text: kind,
      detail: `${kind} on ${target}${text === undefined ? '' : `: ${text}`}`,
    }
    const free = rows.find((row) => (row.at(-1)?.to ?? 0) <= bar.from)
    if (free === undefined) rows.push([bar])
    else free.push(bar)
  }
  return rows.map((bars, index) =>
    lane({ label: index === 0 ? 'faults' : `faults ${index + 1}`, kind: 'faults', bars }),
  )
}

/** Those who met at a barrier go on together, though the test heard of it one after the other. */
function openedTogether(event: EventRecord, _: number, all: readonly EventRecord[]): EventRecord {
  const { kind, until, at, text } = event
  if (kind !== 'barrier' || until === undefined) return event
  const met = all.filter(
    (other) => other.kind === kind && other.text === text && other.at <= until && (other.until ?? 0) >= at,
  )
  return { ...event, until: Math.max(...met.map((other) => other.until ?? 0)) }
}

/** What lies closer together than it was measured is one moment. */
const APART = 0.025

/** Every moment at which something begins or ends, in order. */
export function momentsOf(lanes: readonly Lane[], end: number): number[] {
  const all = lanes.flatMap(({ bars, waits, events, transactions }) => [
    ...[...bars, ...transactions].flatMap(({ from, to }) => [from, to]),
    ...waits.flatMap(({ at, until }) => [at, until]),
    ...events.flatMap(({ at, until }) => [at, until ?? at]),
  ])
  const sorted = [0, ...all, end].filter((moment) => moment >= 0).toSorted((a, b) => a - b)
  return sorted.filter((moment, index) => index === 0 || moment - (sorted[index - 1] ?? 0) > APART)
}

function lane(given: Pick<Lane, 'label' | 'kind'> & Partial<Lane>): Lane {
  return { bars: [], transactions: [], waits: [], events: [], ...given }
}

function statementBar(statement: StatementRecord, index: number, record: TestRecord): Bar {
  const { at, milliseconds, sql, error } = statement
  return {
    from: at,
    to: at + Math.max(LEAST, milliseconds ?? record.milliseconds - at),
    outcome: error !== undefined ? 'failed' : milliseconds === undefined ? 'running' : 'ok',
    text: /^\W*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? '',
    detail: sql,
    statement: index,
  }
}

/** A machine on a clock of its own has no place among the statements. */
function machineLanes({ machines = [], milliseconds: end }: TestRecord): Lane[] {
  return machines
    .filter(({ visits }) => visits.every(({ at, milliseconds }) => at >= -1 && at + milliseconds <= end + 1))
    .map(({ name, visits }) =>
      lane({
        label: name,
        kind: 'machine',
        bars: visits.map(({ state, at, milliseconds, outcome, error }) => ({
          from: Math.max(0, at),
          to: at + Math.max(LEAST, milliseconds),
          outcome: outcome === undefined ? ('state' as const) : ('failed' as const),
          text: state,
          detail: `${state}${outcome === undefined ? '' : `: ${outcome}`}${error === undefined ? '' : `: ${error}`}`,
        })),
      }),
    )
}

/** From the server's own flags; an error says nothing, but a deadlock and a failed COMMIT have ended the transaction. */
function transactionsOf(statements: readonly StatementRecord[], session: number, end: number): Transaction[] {
  const found: Transaction[] = []
  let begun: number | undefined
  for (const { at, milliseconds, sql, error, inTransaction, ...own } of statements) {
    if (own.session !== session) continue
    const ended = at + (milliseconds ?? end - at)
    const lost = error !== undefined && (/\b(1213|9007|8028)\b/.test(error) || /^\s*commit\b/i.test(sql))
    if (begun !== undefined && (inTransaction === false || lost)) {
      found.push({ from: begun, to: ended, end: lost || /^\s*rollback\b/i.test(sql) ? 'rollback' : 'commit' })
      begun = undefined
    } else if (inTransaction === true) {
      // A BEGIN inside a transaction commits it.
      if (begun !== undefined && /^\s*(begin|start)\b/i.test(sql)) {
        found.push({ from: begun, to: at, end: 'commit' })
        begun = at
      }
      begun ??= at
    }
  }
  return begun === undefined ? found : [...found, { from: begun, to: end, end: 'open' }]
}
