import type { RunningServer } from '../backends/backend.ts'
import type { TidbFeatures } from './server-features.ts'
import type { KeptDatabase, ReturnedDatabase } from './broker-protocol.ts'

/** A server as the main process knows it. */
export interface LentServer {
  readonly id: string
  readonly running: RunningServer
  readonly features: TidbFeatures
  /** After its TiDB was stopped and started again on purpose: what was connected to it connects again. */
  reconnect?(): Promise<void>
}

export interface Lent {
  readonly id: string
  readonly database: string
  readonly server: LentServer
}

export interface ReturnReport {
  /** The server is not used any more, because of what the test left on it. Further leases come from another one. */
  readonly serverReplaced: boolean
}

/** Lends clean databases; one way for private servers, another for shared ones. */
export interface Lending {
  /** The server of a slot, started if need be. */
  serverOf(slot: number): Promise<LentServer>
  lease(slot: number): Promise<Lent>
  /** `abandoned`: the worker died, so the database may still be in use. */
  giveBack(lent: Lent, returned: ReturnedDatabase & { readonly abandoned?: boolean }): Promise<ReturnReport>
  /** Ends what a worker that has gone left open, once none of its slot's leases is out. */
  endSessions(slot: number): Promise<void>
  /** Removes what was made, but for kept databases. */
  stop(): Promise<KeptDatabase[]>
}
