import { classifyStatements, type ClassifiedStatement, type StatementKind } from '../../databases/statement-kind.ts'
import type { IsolationSpec } from '../spec.ts'
import { nameOfStep, type Observation, type Timeline } from './observation.ts'
import { changedRows, sameRow, type WatchedRow } from './watched-tables.ts'

/** A transaction as its session's steps show it. */
export interface WatchedTransaction {
  /** `alice`; of several of hers `alice #2`. */
  readonly name: string
  readonly outcome: 'committed' | 'aborted'
  /** When it committed what it wrote; 0n if it wrote nothing or was rolled back. */
  readonly committedAt: bigint
  /** The round in which it ended; Infinity if it never did. */
  readonly endedIn: number
  /** One statement by itself. */
  readonly alone: boolean
  readonly steps: readonly Observation[]
  /** What its steps changed, as its own session saw it, in order. */
  readonly writes: readonly OwnWrite[]
}

interface OwnWrite {
  readonly step: Observation
  readonly name: string
  readonly row: WatchedRow | undefined
}

/** Statements whose reads and writes are looked at. */
const DATA: ReadonlySet<StatementKind> = new Set<StatementKind>(['query', 'dml', 'set'])

/** Those of a step that read or write. */
export function dataStatements({ statements }: Observation): ClassifiedStatement[] {
  return statements.filter(({ kind, tokens }) =>
    kind === 'set' ? tokens.some(({ value }) => /^select$/i.test(value)) : DATA.has(kind),
  )
}

interface Draft {
  readonly session: string
  readonly alone: boolean
  readonly steps: Observation[]
  end?: Observation
  outcome: WatchedTransaction['outcome']
  committedAt: bigint
}

/** Which steps belong to which transaction, by the transaction that each session said it was in. */
export function transactionsOf({ observations }: Timeline): WatchedTransaction[] {
  const drafts: Draft[] = []
  for (const [session, steps] of Map.groupBy(observations, ({ record }) => record.session)) {
    const open = new Map<bigint, Draft>()
    const draftOf = (began: bigint): Draft => {
      const known = open.get(began)
      if (known !== undefined) return known
      const draft: Draft = { session, alone: false, steps: [], outcome: 'aborted', committedAt: 0n }
      open.set(began, draft)
      drafts.push(draft)
      return draft
    }
    for (const step of steps) {
      const { before, after } = step
      if (before.transaction !== 0n) {
        const draft = draftOf(before.transaction)
        draft.steps.push(step)
        if (after.transaction !== before.transaction) {
          Object.assign(draft, { end: step }, endOf(step, before.transaction))
        }
      }
      if (after.transaction !== 0n && after.transaction !== before.transaction)
        draftOf(after.transaction).steps.push(step)
      if (before.transaction === 0n && after.transaction === 0n && dataStatements(step).length > 0) {
        const began = after.last?.began === before.last?.began ? 0n : (after.last?.began ?? 0n)
        drafts.push({ session, alone: true, steps: [step], end: step, ...endOf(step, began) })
      }
    }
  }
  const endedIn = Map.groupBy(observations, ({ round }) => round)
  return named(drafts, ({ round, sentAfter }) => round === sentAfter + 1 && endedIn.get(round)?.length === 1)
}

/** Without a write, only the statement tells a COMMIT from a ROLLBACK. */
function endOf({ record, statements, after }: Observation, began: bigint): Pick<Draft, 'outcome' | 'committedAt'> {
  if (after.last !== undefined && after.last.began === began) {
    const { committed } = after.last
    return { outcome: committed === 0n ? 'aborted' : 'committed', committedAt: committed }
  }
  const rolledBack = record.outcome === 'failed' || statements.some(({ kind }) => kind === 'rollback')
  return { outcome: rolledBack ? 'aborted' : 'committed', committedAt: 0n }
}

function named(drafts: readonly Draft[], undisturbed: (step: Observation) => boolean): WatchedTransaction[] {
  const busy = drafts.filter(({ steps }) => steps.some((step) => dataStatements(step).length > 0))
  const bySession = Map.groupBy(busy, ({ session }) => session)
  return busy.map(({ session, alone, steps, end, outcome, committedAt }) => {
    const siblings = bySession.get(session) ?? []
    const number = siblings.findIndex((draft) => draft.steps === steps) + 1
    return {
      name: siblings.length === 1 ? session : `${session} #${number}`,
      outcome,
      committedAt,
      endedIn: end?.round ?? Infinity,
      alone,
      steps,
      writes: steps.flatMap((step) => ownWrites(step, undisturbed(step))),
    }
  })
}

/** What a writing step changed for its own session. What others committed while it waited is not its own. */
function ownWrites(step: Observation, undisturbed: boolean): OwnWrite[] {
  const { before, after, committedBefore, committedAfter, statements } = step
  const mayWrite = statements.some(({ kind }) => kind === 'dml' || kind === 'rollback-to-savepoint')
  if (!mayWrite || after.contents === undefined) return []
  const seenBefore = before.contents ?? committedBefore
  const seenAfter = after.contents
  return changedRows(seenBefore, seenAfter)
    .filter((name) => {
      const byOthers = !undisturbed && !sameRow(committedBefore.get(name), committedAfter.get(name))
      return !byOthers || !sameRow(seenAfter.get(name), committedAfter.get(name))
    })
    .map((name) => ({ step, name, row: seenAfter.get(name) }))
}

/** What stands in the way of looking into a schedule's steps; empty when nothing does. */
export function obstacles({ observations }: Timeline): string[] {
  return observations.flatMap((step) => {
    const name = nameOfStep(step)
    const { statements, record } = step
    if (record.error?.outcome === 'unknown') return [`whether ${name} took effect is not known`]
    const begins = statements.filter(({ kind }) => kind === 'begin').length
    const alone = step.before.transaction === 0n && begins === 0
    if (begins > 1 || (alone && dataStatements(step).length > 1)) {
      return [`${name} has several transactions in one step`]
    }
    return []
  })
}

/** Which steps of a spec no schedule can be followed through, whatever its order; empty when there are none. */
export function strangeSteps({ sessions }: IsolationSpec): string[] {
  return sessions.flatMap(({ name, setup, steps }) =>
    [...setup.map((sql) => ({ name: 'setup', sql })), ...steps].flatMap(({ name: step, sql }) => {
      const strange = classifyStatements(sql).find(({ kind }) => !FOLLOWED.has(kind))
      return strange === undefined ? [] : [`${name}.${step} can't be followed (${strange.sql})`]
    }),
  )
}

const FOLLOWED: ReadonlySet<StatementKind> = new Set<StatementKind>([
  ...DATA,
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'rollback-to-savepoint',
])
