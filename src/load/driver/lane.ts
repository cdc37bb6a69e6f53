import type { LoadPart } from '../results/load-part.ts'
import type { ThreadPace } from './thread-protocol.ts'

/** Sessions that are driven together: those of one thread. */
export interface Lane {
  /** Resolves when its sessions are open. */
  readonly ready: Promise<void>
  /** Resolves when it is done. */
  begin(pace: ThreadPace): Promise<LoadPart>
  /** No transaction begins after this. */
  stop(): void
  /** Ends everything at once. */
  close(): Promise<void>
}
