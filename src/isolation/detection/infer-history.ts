import { isStatementError } from '../../errors/guards.ts'
import type { Dependency, DirtyRead, History } from './history.ts'
import { nameOfStep, type Observation, type Timeline } from './observation.ts'
import { comparableRows, type Replay, type Replayed } from './replay.ts'
import { replayedStep } from './replayed-step.ts'
import { committedRows, commitsThatShow, mixedRows, type OwnRows, type SeenRows } from './seen-rows.ts'
import { readsOf, type StepReads } from './step-reads.ts'
import { dataStatements, transactionsOf, type WatchedTransaction } from './transactions.ts'
import { CommittedVersions } from './versions.ts'
import { changedRows, sameRow, type WatchedRow } from './watched-tables.ts'

/** Every way to explain what was seen, and what could not be explained. */
export interface Inferred {
  readonly histories: readonly History[]
  readonly doubts: readonly string[]
}

/** More ways to explain a schedule than this are not told apart. */
const MOST_HISTORIES = 256

/** Which reads and writes a schedule consists of. */
export async function inferHistory(timeline: Timeline, replay: Replay): Promise<Inferred> {
  const transactions = transactionsOf(timeline)
  const committed = await CommittedVersions.of(timeline, transactions, replay)
  const doubts = [...committed.doubts]
  const choices: StepReads[][] = []
  for (const reader of transactions.filter(({ outcome }) => outcome === 'committed')) {
    const own = new Map<string, WatchedRow | undefined>()
    for (const step of reader.steps) {
      const explained = await explain({ timeline, transactions, committed, reader, step, own, replay })
      if (explained === undefined) doubts.push(`${nameOfStep(step)} did what it does on no rows that it may have met`)
      else {
        choices.push(distinct(explained.reads))
        noteOwn(own, step, explained.effect)
      }
    }
  }
  const { histories, all } = combinations(choices)
  if (!all) doubts.push(`there are more than ${MOST_HISTORIES} ways to explain what was seen`)
  const always = committed.dependencies
  return {
    doubts,
    histories: histories.map(({ dependencies, dirtyReads }) => ({
      transactions: transactions.map(({ name, outcome }) => ({ name, outcome })),
      dependencies: [...always, ...dependencies],
      dirtyReads,
    })),
  }
}

interface Explaining {
  readonly timeline: Timeline
  readonly transactions: readonly WatchedTransaction[]
  readonly committed: CommittedVersions
  readonly reader: WatchedTransaction
  readonly step: Observation
  readonly own: OwnRows
  readonly replay: Replay
}

interface Explained {
  readonly reads: readonly StepReads[]
  /** What it did on the rows of the first way to explain it. */
  readonly effect: Replayed | undefined
}

/** The rows that a step may have met are those on which it does again what it did. */
async function explain(context: Explaining): Promise<Explained | undefined> {
  const { step, reader, timeline, committed, replay } = context
  if (dataStatements(step).length === 0 || waitedInVain(step)) return { reads: [], effect: undefined }
  const replayed = replayedStep(step)
  const position = timeline.observations.indexOf(step)
  const reads: StepReads[] = []
  let effect: Replayed | undefined
  for (const candidates of candidatesFor(context)) {
    for (const rows of candidates) {
      const result = await replay.run(replayed, rows.contents)
      if (!didTheSame(context, result)) continue
      effect ??= result
      reads.push(await readsOf({ step, position, reader, rows, replay, replayed, committed }))
    }
    if (effect !== undefined) return { reads, effect }
  }
  return undefined
}

/**
 * The rows that a step may have met, the likelier ones first: what a plain SELECT showed its session then, and, for what
 * writes or locks, what was committed while it ran; then what was committed at any time; then a mixture.
 */
function* candidatesFor(context: Explaining): Generator<readonly SeenRows[]> {
  const { step, reader, committed, own, transactions } = context
  const ends = reader.endedIn === step.round && committed.commitOf(reader) > 0
  const most = ends ? committed.commitOf(reader) - 1 : committed.commitsIn(step.round)
  const shown = step.before.contents ?? (onlyReads(step) ? step.after.contents : undefined)
  const atOneTime = shown === undefined ? [] : commitsThatShow(committed, shown, own, most)
  const current = range(committed.commitsIn(step.sentAfter), most)
  const commits = onlyReads(step) && shown !== undefined ? atOneTime : [...atOneTime, ...current]
  const rowsAt = (times: readonly number[]): SeenRows[] =>
    [...new Set(times)].map((time) => committedRows(committed, time, own))
  if (commits.length > 0) yield rowsAt(commits)
  const mixed = shown === undefined ? undefined : mixedRows(committed, transactions, reader, step, shown, own)
  if (mixed !== undefined && atOneTime.length === 0) yield [mixed]
  yield rowsAt(range(0, most))
}

/** A plain SELECT sees what its session is shown; what locks or writes sees what is committed. */
function onlyReads(step: Observation): boolean {
  return dataStatements(step).every(
    ({ kind, tokens }) =>
      kind !== 'dml' &&
      !tokens.some(
        ({ value }, index) => /^for$/i.test(value) && /^(?:update|share)$/i.test(tokens[index + 1]?.value ?? ''),
      ) &&
      !tokens.some(({ value }, index) => /^lock$/i.test(value) && /^in$/i.test(tokens[index + 1]?.value ?? '')),
  )
}

/** A step that another transaction has ended tells nothing of rows: deadlock, write conflict, timeout. */
function waitedInVain({ record }: Observation): boolean {
  return record.error !== undefined && isStatementError(record.error) && record.error.outcome === 'transient'
}

function didTheSame({ step, reader, committed }: Explaining, replayed: Replayed): boolean {
  const { record, after, before } = step
  if (record.outcome === 'failed') return record.error?.errno === replayed.errno
  if (replayed.errno !== undefined) return false
  const kinds = new Set(dataStatements(step))
  const seen = record.results
    .filter((_, index) => {
      const statement = step.statements[index]
      return statement !== undefined && kinds.has(statement)
    })
    .map((result) => ('rows' in result ? comparableRows(result.rows) : String(result.affectedRows)))
  if (JSON.stringify(seen) !== JSON.stringify(replayed.results)) return false
  const left = after.contents ?? (reader.alone ? committed.contentsAfter(committed.commitOf(reader)) : before.contents)
  if (left === undefined || onlyReads(step)) return true
  return changedRows(replayed.before, replayed.after).every((name) => {
    const row = replayed.after.get(name)
    const counted = row !== undefined && (row.table.counted.length > 0 || row.table.key.length === 0)
    return (counted && !replayed.before.has(name)) || sameRow(left.get(name), row)
  })
}

/** Its own rows are those that it wrote, and after ROLLBACK TO SAVEPOINT fewer. */
function noteOwn(own: Map<string, WatchedRow | undefined>, step: Observation, effect: Replayed | undefined): void {
  const seen = step.after.contents
  if (effect !== undefined && !onlyReads(step)) {
    for (const name of changedRows(effect.before, effect.after)) own.set(name, (seen ?? effect.after).get(name))
  }
  if (seen === undefined || !step.statements.some(({ kind }) => kind === 'rollback-to-savepoint')) return
  for (const [name, row] of own) {
    if (!sameRow(row, seen.get(name))) own.delete(name)
  }
}

function distinct(reads: readonly StepReads[]): StepReads[] {
  return [...new Map(reads.map((each) => [JSON.stringify(each), each])).values()]
}

function combinations(choices: readonly (readonly StepReads[])[]): { histories: readonly StepReads[]; all: boolean } {
  let histories: { dependencies: readonly Dependency[]; dirtyReads: readonly DirtyRead[] }[] = [
    { dependencies: [], dirtyReads: [] },
  ]
  for (const choice of choices) {
    if (choice.length === 0) continue
    if (histories.length * choice.length > MOST_HISTORIES) return { histories, all: false }
    histories = histories.flatMap((history) =>
      choice.map(({ dependencies, dirtyReads }) => ({
        dependencies: [...history.dependencies, ...dependencies],
        dirtyReads: [...history.dirtyReads, ...dirtyReads],
      })),
    )
  }
  return { histories, all: true }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
