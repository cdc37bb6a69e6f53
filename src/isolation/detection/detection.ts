import type { Anomaly, AnomalyName } from '../anomaly.ts'

/** Which anomalies a schedule has shown, and which cannot be ruled out. Plain data. */
export interface Detection {
  /** Shown: there is no other way to explain what was seen. */
  readonly anomalies: readonly Anomaly[]
  /** What was seen can be explained with them, and without. */
  readonly possible: readonly Anomaly[]
  /** What could not be looked into, so that any anomaly may be in it. */
  readonly unknown: readonly string[]
}

export type Verdict =
  | { readonly verdict: 'shown'; readonly anomaly: Anomaly }
  | { readonly verdict: 'prevented' }
  | { readonly verdict: 'unknown'; readonly reason: string }

/** Whether a schedule has shown an anomaly; `unknown` where it can't be told. */
export function verdictOn({ anomalies, possible, unknown }: Detection, name: AnomalyName): Verdict {
  const shown = anomalies.find((anomaly) => anomaly.name === name)
  if (shown !== undefined) return { verdict: 'shown', anomaly: shown }
  const maybe = possible.find((anomaly) => anomaly.name === name)
  if (maybe !== undefined) {
    return { verdict: 'unknown', reason: `what was seen can be explained with and without it: ${maybe.evidence}` }
  }
  return unknown.length === 0 ? { verdict: 'prevented' } : { verdict: 'unknown', reason: unknown.join('; ') }
}
