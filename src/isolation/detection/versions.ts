import type { Dependency } from './history.ts'
import type { Timeline } from './observation.ts'
import type { WatchedTransaction } from './transactions.ts'
import { changedRows, printRow, sameRow, withRows, type Contents, type WatchedRow } from './watched-tables.ts'

/** A row as a committed transaction left it, or as it was before the schedule. */
export interface Version {
  readonly row: WatchedRow | undefined
  readonly writer: WatchedTransaction | undefined
  /** How many transactions had committed writes with this one; 0 before the schedule. */
  readonly commit: number
}

/** What was committed, and in which order. */
export class CommittedVersions {
  readonly #initial: Contents
  readonly #versions = new Map<string, Version[]>()
  /** Those that wrote, in the order of their commits. */
  readonly writers: readonly WatchedTransaction[]
  readonly doubts: string[] = []

  constructor(timeline: Timeline, transactions: readonly WatchedTransaction[]) {
    this.#initial = timeline.initial
    this.writers = transactions
      .filter(({ committedAt }) => committedAt > 0n)
      .toSorted((left, right) => (left.committedAt < right.committedAt ? -1 : 1))
    for (const [index, now] of timeline.rounds.entries()) {
      const round = index + 1
      const before = timeline.rounds[index - 1] ?? timeline.initial
      this.#commitAll(
        this.writers.filter(({ endedIn }) => endedIn === round),
        before,
        now,
      )
      if (changedRows(this.contentsAfter(this.commitsIn(round)), now).length > 0) {
        this.doubts.push('what an outsider reads does not follow from what was committed')
      }
    }
  }

  /** The rows that the schedule changed. */
  get names(): string[] {
    return [...this.#versions.keys()]
  }

  /** The versions of a row, the oldest first. */
  of(name: string): readonly Version[] {
    return this.#versions.get(name) ?? []
  }

  /** How many transactions had committed writes when a round was over. */
  commitsIn(round: number): number {
    return this.writers.filter(({ endedIn }) => endedIn <= round).length
  }

  /** Where in the versions of a row its newest one is after so many commits. */
  positionAfter(name: string, commits: number): number {
    return this.of(name).findLastIndex(({ commit }) => commit <= commits)
  }

  /** Every row after so many commits. */
  contentsAfter(commits: number): Contents {
    return withRows(
      this.#initial,
      this.names.map((name) => [name, this.of(name)[this.positionAfter(name, commits)]?.row] as const),
    )
  }

  /** Who overwrote whom. */
  get dependencies(): Dependency[] {
    return this.names.flatMap((name) =>
      this.of(name).flatMap(({ writer, row }, index): Dependency[] => {
        const previous = this.of(name)[index - 1]
        if (writer === undefined || previous?.writer === undefined || previous.writer === writer) return []
        const words = `${writer.name} made ${name} ${printRow(row)} after ${previous.writer.name} had made it ${printRow(previous.row)}`
        return [{ kind: 'ww', from: previous.writer.name, to: writer.name, row: name, words }]
      }),
    )
  }

  /** Of several that ended in one round, those with BEGIN are known by what their sessions saw, and the rest is the other's. */
  #commitAll(writers: readonly WatchedTransaction[], before: Contents, now: Contents): void {
    const changed = changedRows(before, now)
    const alone = writers.filter(({ writes }) => writes.length === 0)
    if (writers.length > 1 && alone.length > 1) {
      this.doubts.push(`${alone.map(({ name }) => name).join(' and ')} committed at the same time`)
    }
    const explained = new Map(writers.flatMap((writer) => [...lastWrites(writer)]))
    for (const writer of writers) {
      const own = lastWrites(writer)
      const isLast = writer === writers.at(-1)
      const others = changed.filter((name) => !own.has(name) && (writers.length === 1 || writes(writer, name)))
      for (const [name, row] of own) this.#add(name, writer, row, isLast ? now : undefined)
      for (const name of others) this.#add(name, writer, now.get(name), undefined)
    }

    function writes(writer: WatchedTransaction, name: string): boolean {
      return alone.includes(writer) && !(explained.has(name) && sameRow(explained.get(name), now.get(name)))
    }
  }

  /** A version that nobody sees although its writer has committed is older than the one that is seen. */
  #add(name: string, writer: WatchedTransaction, row: WatchedRow | undefined, seen: Contents | undefined): void {
    const versions = this.#versions.get(name) ?? [{ row: this.#initial.get(name), writer: undefined, commit: 0 }]
    this.#versions.set(name, versions)
    const version = { row, writer, commit: this.writers.indexOf(writer) + 1 }
    const newest = versions.at(-1)
    const hidden =
      seen !== undefined &&
      !sameRow(seen.get(name), row) &&
      newest?.writer !== undefined &&
      sameRow(newest.row, seen.get(name))
    if (hidden) versions.splice(-1, 0, version)
    else if (!sameRow(newest?.row, row)) versions.push(version)
  }
}

/** What a transaction left of each row that it wrote, as its session saw it. */
function lastWrites({ writes }: WatchedTransaction): Map<string, WatchedRow | undefined> {
  return new Map(writes.map(({ name, row }) => [name, row]))
}
