import type { Observation } from './observation.ts'
import type { ReplayedStep } from './replay.ts'
import { dataStatements } from './transactions.ts'

/** What of a step is repeated: its reads and writes, with the variables that its session had. */
export function replayedStep(step: Observation): ReplayedStep {
  return {
    sql: dataStatements(step)
      .map(({ sql }) => sql)
      .join('; '),
    variables: step.before.variables,
  }
}
