import type { Scene } from './scene.ts'

/** What two transactions at once may do to each other's data. */
export interface Anomaly {
  readonly name: string
  /** In which steps it is provoked, for people. */
  readonly steps: string
  /** Provokes it between the transactions of a scene, whose rows all have the value 1 when it begins. */
  provoke(scene: Scene): Promise<Observation>
}

/** What came of provoking an anomaly. */
export interface Observation {
  /** How many rows, or pairs of rows, could show it. */
  readonly candidates: number
  /** How many of them did. */
  readonly occurrences: number
  /** The error with which the server prevented it, if it was an error. */
  readonly refusal?: { readonly errno: number; readonly symbol: string }
}
