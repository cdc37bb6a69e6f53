import type { Dependency } from './history.ts'
import type { Timeline } from './observation.ts'
import type { Replay } from './replay.ts'
import { replayedStep } from './replayed-step.ts'
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

  private constructor(timeline: Timeline, transactions: readonly WatchedTransaction[]) {
    this.#initial = timeline.initial
    this.writers = transactions
      .filter(({ committedAt }) => committedAt > 0n)
      .toSorted((left, right) => (left.committedAt < right.committedAt ? -1 : 1))
  }

  static async of(
    timeline: Timeline,
    transactions: readonly WatchedTransaction[],
    replay: Replay,
  ): Promise<CommittedVersions> {
    const committed = new CommittedVersions(timeline, transactions)
    for (const [index, now] of timeline.rounds.entries()) {
      const writers = committed.writers.filter(({ endedIn }) => endedIn === index + 1)
      const before = timeline.rounds[index - 1] ?? timeline.initial
      for (const writer of writers) {
        if (writer.alone && writers.length > 1) await committed.#addRepeated(writer, replay)
        else committed.#addSeen(writer, writers, before, now)
      }
      if (changedRows(committed.contentsAfter(committed.commitsIn(index + 1)), now).length > 0) {
        committed.doubts.push('what an outsider reads does not follow from what was committed')
      }
    }
    return committed
  }

  /** The rows that the schedule changed. */
  get names(): string[] {
    return [...this.#versions.keys()]
  }

  /** The versions of a row, the oldest first. */
  of(name: string): readonly Version[] {
    return this.#versions.get(name) ?? []
  }

  /** How many transactions had committed writes when a transaction did, itself included; 0 if it wrote nothing. */
  commitOf(transaction: WatchedTransaction): number {
    return this.writers.indexOf(transaction) + 1
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

  /** What a transaction with BEGIN wrote is known by what its session saw; of one that ended by itself, by what changed. */
  #addSeen(writer: WatchedTransaction, writers: readonly WatchedTransaction[], before: Contents, now: Contents): void {
    const own = lastWrites(writer)
    for (const [name, row] of own) this.#add(name, writer, row, writer === writers.at(-1) ? now : undefined)
    if (writers.length > 1) return
    for (const name of changedRows(before, now)) {
      if (!own.has(name)) this.#add(name, writer, now.get(name), undefined)
    }
  }

  /** One of several that ended in one round, after a COMMIT that all of them had waited for: it is done once more. */
  async #addRepeated(writer: WatchedTransaction, replay: Replay): Promise<void> {
    const commits = this.writers.indexOf(writer)
    for (const step of writer.steps) {
      const { before, after } = await replay.run(replayedStep(step), this.contentsAfter(commits))
      for (const name of changedRows(before, after)) this.#add(name, writer, after.get(name), undefined)
    }
  }

  /** A version that nobody sees although its writer has committed is older than the one that is seen. */
  #add(name: string, writer: WatchedTransaction, row: WatchedRow | undefined, seen: Contents | undefined): void {
    const versions = this.#versions.get(name) ?? [{ row: this.#initial.get(name), writer: undefined, commit: 0 }]
    this.#versions.set(name, versions)
    const version = { row, writer, commit: this.commitOf(writer) }
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
