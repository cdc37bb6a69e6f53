import type { Random } from '../random/random.ts'

/** One session of a load, whatever it sends its statements through. */
export interface LoadSession {
  /** Statements that were answered. */
  readonly statements: number
  /** One transaction. @throws what the transaction met */
  step(random: Random): Promise<unknown>
  /** After a failed step: what is open is rolled back, and what is gone is opened again. @throws ConnectError */
  recover(): Promise<void>
  /** Gives up on a statement without an answer for so many milliseconds. */
  cutAfter(milliseconds: number): void
  close(): Promise<void> | void
}
