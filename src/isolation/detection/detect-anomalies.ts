import { anomalyNames, type Anomaly } from '../anomaly.ts'
import type { Detection } from './detection.ts'
import { findAnomalies } from './find-anomalies.ts'
import { inferHistory } from './infer-history.ts'
import type { Timeline } from './observation.ts'
import type { Replay } from './replay.ts'
import { obstacles } from './transactions.ts'

/**
 * Finds the anomalies that a schedule has shown.
 *
 * From the rows that each step returned, what each session saw around its steps and what was committed when, it is
 * inferred which version of which row a step read or wrote: the server repeats the step with each row as it was before
 * and after a transaction, and where that makes a difference, the step depends on it. An anomaly is shown when every way
 * to explain what was seen has it; where only some have it, or something can't be looked into, it is unknown.
 *
 * @param replay repeats steps when all transactions of the schedule have ended
 */
export async function detectAnomalies(timeline: Timeline, replay: Replay): Promise<Detection> {
  const unknown = obstacles(timeline)
  if (unknown.length > 0) return { anomalies: [], possible: [], unknown }
  const { histories, doubts } = await inferHistory(timeline, replay)
  const found = histories.map((history) => findAnomalies(history))
  const anomalies: Anomaly[] = []
  const possible: Anomaly[] = []
  for (const name of anomalyNames) {
    const each = found.flatMap((some) => some.find((anomaly) => anomaly.name === name) ?? [])
    const [first] = each
    if (first !== undefined) (each.length === found.length ? anomalies : possible).push(first)
  }
  return { anomalies, possible, unknown: [...new Set(doubts)] }
}
