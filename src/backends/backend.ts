import type { Endpoint } from '../connections/endpoint.ts'
import type { RunningCluster } from './cluster/cluster.ts'
import type { ServerControl } from './server-control.ts'

export type BackendKind = 'external' | 'binary' | 'container' | 'embedded' | 'cluster'

/** Whether a backend can be used here and now; when not, why, and how to get it. */
export type Availability =
  | {
      readonly usable: true
      readonly detail: string
      /** true when nothing long (build, pull) stands before the first server */ readonly ready: boolean
    }
  | { readonly usable: false; readonly reason: string; readonly remedy: string }

/** Where a long preparation reports to: one line that is replaced on a terminal, a line now and then elsewhere. */
export interface Progress {
  /** `done` of `total` steps; total is undefined while it is not known. */
  update(message: string, done?: number, total?: number): void
  /** A line that stays. */
  note(message: string): void
}

/** Whatever provides a TiDB. Nothing is started, built or pulled before `start()`. */
export interface Backend {
  readonly kind: BackendKind
  /** Looks without changing anything; must answer within seconds. */
  check(signal?: AbortSignal): Promise<Availability>
  /** Builds, pulls or connects whatever servers need, and makes the template. The longest call. */
  start(options: BackendStartOptions): Promise<RunningBackend>
}

export interface BackendStartOptions {
  readonly progress: Progress
  readonly signal?: AbortSignal
  /** Called when nothing long stands before the first server any more. Backends that can't tell just return. */
  readonly onPrepared?: () => void
  /** Awaited before anything that takes long (a build, a pull, a template), which may be unwanted yet. */
  readonly beforeLong?: () => Promise<void>
  /** SQL that every clean database holds, with a name for messages (its file). */
  readonly schema?: Schema
  /** SQL port of the server, for those who open a single one. Default: one that is free. */
  readonly port?: number
}

export interface Schema {
  /** File or function that it came from, for messages. */
  readonly source: string
  /** Statements in order, each without its final semicolon. */
  readonly statements: readonly string[]
  /** Hex digest of the statements. */
  readonly hash: string
}

export interface RunningBackend {
  readonly kind: BackendKind
  /** What `SELECT VERSION()` says. */
  readonly version: string
  /** `other`: an external server that is no TiDB. */
  readonly store: 'unistore' | 'tikv' | 'other'
  /** One line for people: where it came from (path, image, host). */
  readonly detail: string
  /** `private`: each openServer() is a TiDB of its own that is thrown away whole. `shared`: every call gives the same one. */
  readonly sharing: 'private' | 'shared'
  /** True when all that its servers hold goes with them: nothing in them needs to be dropped. */
  readonly disposable?: boolean
  openServer(signal?: AbortSignal): Promise<RunningServer>
  /** Stops every server that is still open and removes what they left. Idempotent. */
  stop(): Promise<void>
}

/** A TiDB that answers queries. */
export interface RunningServer {
  readonly endpoint: Endpoint
  /** Databases that exist, are empty but for the schema, and have been lent to nobody. Empty on a server that others use too. */
  readonly readyDatabases: readonly string[]
  /** Absolute data directory of a private local server; undefined elsewhere. */
  readonly dataDirectory?: string
  /** The whole cluster of which this is the first TiDB. */
  readonly cluster?: RunningCluster
  /** What is known of servers that have just started like this one; undefined where each may be different. */
  readonly notes?: ServerNotes
  /** Settles when the server ends by itself (not by stop()): its exit and last log lines. Never settles for servers that are not ours. */
  readonly died: Promise<ServerDeath>
  /** Absent for servers whose process is not ours. */
  readonly control?: ServerControl
  /** Idempotent. `keepData: true` ends it gracefully and leaves its data directory where it is. */
  stop(options?: { keepData?: boolean }): Promise<void>
}

/** Kept between runs, and lost now and then. */
export interface ServerNotes {
  /** What was written last, as JSON gives it back; undefined when there is nothing. */
  read(): Promise<unknown>
  write(notes: object): Promise<void>
}

export interface ServerDeath {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly lastLogLines: readonly string[]
}
