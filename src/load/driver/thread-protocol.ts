import type { ProgramSource } from '../program.ts'
import type { LoadPart } from '../results/load-part.ts'

/** What a thread is told first: plain data, in this process's memory only. */
export interface ThreadTask {
  readonly endpoint: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password?: string
    readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly verify?: boolean }
  }
  readonly database: string | undefined
  readonly source: ProgramSource
  /** Numbers of the sessions that this thread drives. */
  readonly sessions: readonly number[]
  /** Of the whole load. */
  readonly sessionCount: number
  readonly seed: number
  readonly connectTimeout: number
}

/** When and how fast, for one thread. */
export interface ThreadPace {
  /** Milliseconds since the Unix epoch, by the system's clock. */
  readonly beginAt: number
  readonly warmup: number
  readonly duration?: number
  readonly arrivals?: { readonly interval: number; readonly offset: number }
  readonly timeout: number
  readonly patience: number
}

export type ToThread = { readonly task: ThreadTask } | { readonly begin: ThreadPace } | { readonly stop: true }

export type FromThread = { readonly ready: true } | { readonly part: LoadPart } | { readonly failure: ThreadFailure }

/** An error on its way between threads, which its class would not survive. */
export interface ThreadFailure {
  readonly kind: string
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack?: string
}
