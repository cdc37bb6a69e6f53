/** A transaction of a schedule: from BEGIN to its end, or one statement by itself. */
interface HistoryTransaction {
  /** `alice`; of several of hers `alice #2`. */
  readonly name: string
  readonly outcome: 'committed' | 'aborted'
}

/**
 * That one committed transaction comes after another, as in Adya's direct serialization graph: `to` overwrote what `from`
 * had written (`ww`), `to` read what `from` had written (`wr`), or `to` wrote what `from` had read without it (`rw`).
 */
export interface Dependency {
  readonly kind: 'ww' | 'wr' | 'rw'
  readonly from: string
  readonly to: string
  /** The row, such as `account(1)`. */
  readonly row: string
  /** For people: which step saw what. */
  readonly words: string
  /** Of `wr` and `rw`: how it was read. */
  readonly read?: RowRead
}

/** How a step read a row. */
export interface RowRead {
  /** Where the step ended in the schedule, from 0. */
  readonly position: number
  /** The row itself, or only a condition that would have met it. */
  readonly through: 'row' | 'condition'
  /** Whether the row met the step's condition before and after the write that is spoken of. */
  readonly met: { readonly before: boolean; readonly after: boolean }
}

/** A committed transaction read what somebody else never committed. */
export interface DirtyRead {
  readonly reader: string
  readonly writer: string
  /** The writer was rolled back, or had not written the row for the last time. */
  readonly kind: 'aborted' | 'intermediate'
  readonly words: string
}

/** What a schedule did, so far as reads and writes tell it. */
export interface History {
  readonly transactions: readonly HistoryTransaction[]
  readonly dependencies: readonly Dependency[]
  readonly dirtyReads: readonly DirtyRead[]
}
