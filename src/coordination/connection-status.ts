/**
 * Of one connection: not connected, on its way, connected with its task not begun, its task running, its task watching it
 * (`monitor`), broken or its task failed.
 */
export type ConnectionStatus = 'disconnected' | 'connecting' | 'connected' | 'testing' | 'monitoring' | 'error'

/** What is known of one connection. */
export interface ConnectionRecord {
  readonly status: ConnectionStatus
  /** Milliseconds since the Unix epoch at which it took this status. */
  readonly since: number
  /** What its task returned; present when it has completed. */
  readonly result?: unknown
  /** What its task failed with. */
  readonly error?: unknown
}
