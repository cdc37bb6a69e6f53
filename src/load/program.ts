import type { Random } from './random/random.ts'
import type { LoadConnection } from './wire/load-connection.ts'

/** Which session of the load a step is for. */
export interface SessionPlace {
  /** From 0 on, among all threads and shards. */
  readonly index: number
  readonly count: number
}

/** What the sessions of one thread do. */
export interface LoadProgram {
  /** Called once on each thread, before the load begins: for what the database has to be asked. */
  begin?(connection: LoadConnection): Promise<void>
  /** One transaction. What it throws counts as an error when it is a StatementError or a ConnectError, and else ends the load. */
  step(connection: LoadConnection, random: Random, place: SessionPlace): Promise<unknown>
}

/** From what a program is made, on whichever thread: plain data. */
export type ProgramSource =
  | { readonly builtIn: string; readonly options: unknown }
  | { readonly module: string; readonly options: unknown }
  | { readonly mixture: readonly { readonly weight: number; readonly source: ProgramSource }[] }
