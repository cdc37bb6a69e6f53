import { sameEffect } from './effect.ts'
import type { Dependency, DirtyRead, RowRead } from './history.ts'
import { nameOfStep, type Observation } from './observation.ts'
import type { Replay, Replayed, ReplayedStep } from './replay.ts'
import type { SeenRows } from './seen-rows.ts'
import type { WatchedTransaction } from './transactions.ts'
import type { CommittedVersions } from './versions.ts'
import { changedRows, printRow, withRows, type WatchedRow } from './watched-tables.ts'

/** On whom a step of a transaction depends, given the rows that it met. */
export interface StepReads {
  readonly dependencies: readonly Dependency[]
  readonly dirtyReads: readonly DirtyRead[]
}

interface Reading {
  readonly step: Observation
  readonly position: number
  readonly reader: WatchedTransaction
  readonly rows: SeenRows
  readonly replay: Replay
  readonly replayed: ReplayedStep
  readonly committed: CommittedVersions
}

/**
 * Repeats the step with each row as others had it before and after: where it would have returned or written something
 * else, it depends on them.
 */
export async function readsOf(reading: Reading): Promise<StepReads> {
  const baseline = await reading.replay.run(reading.replayed, reading.rows.contents)
  const dependencies: Dependency[] = []
  const dirtyReads: DirtyRead[] = []
  for (const [name, version] of reading.rows.versions) {
    if (version.of === 'own') continue
    if (version.of === 'dirty') {
      const dirty = await dirtyRead(reading, baseline, name, version)
      if (dirty !== undefined) dirtyReads.push(dirty)
      continue
    }
    const edges = [
      await readFrom(reading, baseline, name, version.position),
      await missed(reading, baseline, name, version.position),
    ]
    dependencies.push(...edges.filter((edge) => edge !== undefined))
    dependencies.push(...(await writtenAsItWas(reading, baseline, name, version.position)))
  }
  return { dependencies, dirtyReads }
}

/** The newest write that made a difference, among those that it saw. */
async function readFrom(
  reading: Reading,
  baseline: Replayed,
  name: string,
  position: number,
): Promise<Dependency | undefined> {
  const versions = reading.committed.of(name)
  for (let older = position - 1; older >= 0; older--) {
    const row = versions[older]?.row
    if (await isTheSame(reading, baseline, name, row)) continue
    const version = versions[older + 1]
    if (version?.writer === undefined || version.writer === reading.reader) return undefined
    return {
      kind: 'wr',
      from: version.writer.name,
      to: reading.reader.name,
      row: name,
      read: await howRead(reading, name, version.row, row, version.row),
      words: `${met(reading, name)}, which ${version.writer.name} had made of ${printRow(row)}`,
    }
  }
  return undefined
}

/** The first write that would have made a difference, among those that it did not see. */
async function missed(
  reading: Reading,
  baseline: Replayed,
  name: string,
  position: number,
): Promise<Dependency | undefined> {
  const versions = reading.committed.of(name)
  for (const version of versions.slice(position + 1)) {
    // What comes after its own write was written over that, and not over what it had read.
    if (version.writer === undefined || version.writer === reading.reader) return undefined
    if (await isTheSame(reading, baseline, name, version.row)) continue
    const row = reading.rows.contents.get(name)
    return {
      kind: 'rw',
      from: reading.reader.name,
      to: version.writer.name,
      row: name,
      read: await howRead(reading, name, row, row, version.row),
      words: `${met(reading, name)}, and ${version.writer.name} made it ${printRow(version.row)}`,
    }
  }
  return undefined
}

/**
 * A row can be written with the value that it has: two who add one to what both have read write the same. The row meets
 * the statement then, so that the driver counts it, and it does not change.
 */
async function writtenAsItWas(
  { step, reader, rows, replay, replayed, committed }: Reading,
  baseline: Replayed,
  name: string,
  position: number,
): Promise<Dependency[]> {
  const row = rows.contents.get(name)
  const writes = step.statements.some(
    ({ kind, tokens }) => kind === 'dml' && !tokens.some(({ value }) => /^ignore$/i.test(value)),
  )
  if (row === undefined || !writes || changedRows(baseline.before, baseline.after).includes(name)) return []
  const without = await replay.run(replayed, withRows(rows.contents, [[name, undefined]]))
  if (countsOf(baseline) === countsOf(without) && !without.after.has(name)) return []
  const [before, after] = [committed.of(name)[position]?.writer, committed.of(name)[position + 1]?.writer]
  const words = `${nameOfStep(step)} made ${name} ${printRow(row)}`
  const edges: Dependency[] = []
  if (before !== undefined && before !== reader) {
    const said = `${words} after ${before.name} had made it the same`
    edges.push({ kind: 'ww', from: before.name, to: reader.name, row: name, words: said })
  }
  if (after !== undefined && after !== reader) {
    const said = `${after.name} wrote ${name} after ${nameOfStep(step)} had made it ${printRow(row)}`
    edges.push({ kind: 'ww', from: reader.name, to: after.name, row: name, words: said })
  }
  return edges
}

function countsOf({ results }: Replayed): string {
  return results.filter((result) => /^\d+$/.test(result)).join(' ')
}

async function dirtyRead(
  reading: Reading,
  baseline: Replayed,
  name: string,
  { writer, kind }: { readonly writer: WatchedTransaction; readonly kind: DirtyRead['kind'] },
): Promise<DirtyRead | undefined> {
  const { committed, step, reader } = reading
  const clean = committed.contentsAfter(committed.commitsIn(step.round)).get(name)
  if (await isTheSame(reading, baseline, name, clean)) return undefined
  const fate = kind === 'aborted' ? 'which it rolled back' : 'which it overwrote before it committed'
  return { reader: reader.name, writer: writer.name, kind, words: `${met(reading, name)} of ${writer.name}, ${fate}` }
}

/** Whether the row that it read is one that counts for it, and if so before and after a write. */
async function howRead(
  reading: Reading,
  name: string,
  read: WatchedRow | undefined,
  before: WatchedRow | undefined,
  after: WatchedRow | undefined,
): Promise<RowRead> {
  return {
    position: reading.position,
    through: (await counts(reading, name, read)) ? 'row' : 'condition',
    met: { before: await counts(reading, name, before), after: await counts(reading, name, after) },
  }
}

/** Whether the step writes the row, or would have done something else without it. */
async function counts(reading: Reading, name: string, row: WatchedRow | undefined): Promise<boolean> {
  if (row === undefined) return false
  const { replay, replayed, rows } = reading
  const [withRow, without] = await Promise.all(
    [row, undefined].map((each) => replay.run(replayed, withRows(rows.contents, [[name, each]]))),
  )
  if (withRow === undefined || without === undefined) return false
  return changedRows(withRow.before, withRow.after).includes(name) || !sameEffect(withRow, without)
}

async function isTheSame(
  { replay, replayed, rows }: Reading,
  baseline: Replayed,
  name: string,
  row: WatchedRow | undefined,
): Promise<boolean> {
  return sameEffect(baseline, await replay.run(replayed, withRows(rows.contents, [[name, row]])))
}

function met({ step, rows }: Reading, name: string): string {
  const row = rows.contents.get(name)
  return row === undefined
    ? `${nameOfStep(step)} met no ${name}`
    : `${nameOfStep(step)} met ${name} as ${printRow(row)}`
}
