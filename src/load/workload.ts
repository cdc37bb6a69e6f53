import type { Session } from '../connections/session.ts'
import type { ProgramSource } from './program.ts'
import type { Random } from './random/random.ts'

/** How far the loading of a table is. */
export interface LoadProgress {
  readonly table: string
  readonly rows: number
  readonly of: number
}

export interface PrepareOptions {
  /** Sessions that load rows side by side; 4 when not given. */
  readonly sessions?: number
  readonly seed?: number
  readonly onProgress?: (progress: LoadProgress) => void
}

interface NamedWorkload {
  readonly name: string
  /** Makes the tables and fills them, by sessions of its own beside the one that it is given. */
  prepare?(session: Session, options?: PrepareOptions): Promise<void>
  /** Looks at the database after a load; gives a line for each invariant that does not hold. */
  check?(session: Session): Promise<readonly string[]>
}

/** A workload of the toolkit, or of a module: it runs in threads, on connections that read no more than they must. */
export interface ProgramWorkload extends NamedWorkload {
  readonly source: ProgramSource
  prepare(session: Session, options?: PrepareOptions): Promise<void>
}

/**
 * One's own workload as a function: it can't be sent to a thread, so it runs in the test's thread, on ordinary sessions,
 * and costs the client several times as much.
 */
export interface OwnWorkload extends NamedWorkload {
  /** One transaction. What it throws counts as an error when it is a StatementError or a ConnectError, and else ends the load. */
  step(session: Session, random: Random): PromiseLike<unknown>
}

/** Several workloads, one of which each step is drawn from. */
export interface MixedWorkload extends NamedWorkload {
  readonly mixture: readonly { readonly weight: number; readonly workload: Workload }[]
  prepare(session: Session, options?: PrepareOptions): Promise<void>
}

export type Workload = ProgramWorkload | OwnWorkload | MixedWorkload
