import type { Observation } from './observation.ts'
import type { WatchedTransaction } from './transactions.ts'
import type { CommittedVersions } from './versions.ts'
import { changedRows, sameRow, withRows, type Contents, type WatchedRow } from './watched-tables.ts'

/** Which version of a row somebody sees. */
type SeenVersion =
  | { readonly of: 'own' }
  /** Its position among the committed versions of the row. */
  | { readonly of: 'committed'; readonly position: number }
  /** Of a transaction that had not committed it, and never did. */
  | { readonly of: 'dirty'; readonly writer: WatchedTransaction; readonly kind: 'aborted' | 'intermediate' }

/** All rows as a step may have met them. */
export interface SeenRows {
  readonly contents: Contents
  /** For every row that the schedule changed. */
  readonly versions: ReadonlyMap<string, SeenVersion>
}

/** What a transaction has written itself so far. */
export type OwnRows = ReadonlyMap<string, WatchedRow | undefined>

/** The rows that were committed at some time, and what the transaction itself wrote over them. */
export function committedRows(committed: CommittedVersions, commits: number, own: OwnRows): SeenRows {
  return {
    contents: withRows(committed.contentsAfter(commits), own),
    versions: new Map(
      committed.names.map((name): [string, SeenVersion] => [
        name,
        own.has(name)
          ? { of: 'own' }
          : { of: 'committed', position: Math.max(0, committed.positionAfter(name, commits)) },
      ]),
    ),
  }
}

/** The times at which what was committed, with the transaction's own writes, was exactly what it sees. */
export function commitsThatShow(
  committed: CommittedVersions,
  contents: Contents,
  own: OwnRows,
  mostCommits: number,
): number[] {
  return Array.from({ length: mostCommits + 1 }, (_, commits) => commits).filter(
    (commits) => changedRows(committedRows(committed, commits, own).contents, contents).length === 0,
  )
}

/**
 * The versions of rows that were never all there at one time, each found by its value: its own, else the newest committed
 * one, else one of a transaction that had not committed. Undefined when a row has a value that nobody is known to have
 * written.
 */
export function mixedRows(
  committed: CommittedVersions,
  transactions: readonly WatchedTransaction[],
  reader: WatchedTransaction,
  step: Observation,
  contents: Contents,
  own: OwnRows,
): SeenRows | undefined {
  const versions = new Map<string, SeenVersion>()
  const written = transactions.flatMap(({ writes }) => writes.map(({ name }) => name))
  const strangers = changedRows(committed.contentsAfter(0), contents)
  for (const name of new Set([...committed.names, ...written, ...strangers])) {
    const row = contents.get(name)
    const version =
      own.has(name) && sameRow(own.get(name), row)
        ? ({ of: 'own' } as const)
        : (committedVersion(committed, name, row, committed.commitsIn(step.round)) ??
          uncommittedVersion(committed, transactions, reader, step, name, row))
    if (version === undefined) return undefined
    versions.set(name, version)
  }
  return { contents, versions }
}

function committedVersion(
  committed: CommittedVersions,
  name: string,
  row: WatchedRow | undefined,
  commits: number,
): SeenVersion | undefined {
  const versions = committed.of(name)
  if (versions.length === 0) {
    return sameRow(committed.contentsAfter(0).get(name), row) ? { of: 'committed', position: 0 } : undefined
  }
  const position = versions.findLastIndex((version) => version.commit <= commits && sameRow(version.row, row))
  return position === -1 ? undefined : { of: 'committed', position }
}

function uncommittedVersion(
  committed: CommittedVersions,
  transactions: readonly WatchedTransaction[],
  reader: WatchedTransaction,
  step: Observation,
  name: string,
  row: WatchedRow | undefined,
): SeenVersion | undefined {
  const writer = transactions.find(
    (each) =>
      each !== reader &&
      each.endedIn >= step.round &&
      each.writes.some((write) => write.name === name && write.step.round <= step.round && sameRow(write.row, row)),
  )
  if (writer === undefined) return undefined
  if (writer.outcome === 'aborted') return { of: 'dirty', writer, kind: 'aborted' }
  const position = committed.of(name).findIndex((version) => version.writer === writer && sameRow(version.row, row))
  return position === -1 ? { of: 'dirty', writer, kind: 'intermediate' } : { of: 'committed', position }
}
