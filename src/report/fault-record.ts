/** A fault that a test injected. */
export interface FaultRecord {
  /** Such as `latency`, `cut`, `kill`. */
  readonly kind: string
  /** What it was done to: a session's name, a server, a connection of a proxy. */
  readonly target: string
  readonly at: number
  /** Absent for one that happened at a moment, or lasted to the test's end. */
  readonly until?: number
  /** For people: `200 ms ± 50 ms on replies`. */
  readonly text?: string
}
