import type { AnomalyName } from '../anomaly.ts'
import type { IsolationReport } from '../report.ts'
import type { SessionSteps } from '../scenario-options.ts'
import { AccountTable } from './account-table.ts'
import { titleOf } from './anomaly-case.ts'
import { AFTERWARDS, catalogue } from './catalogue.ts'
import { judge, type CaseVerdict } from './verdict.ts'

/** One way to provoke an anomaly: what the fixture `isolation` takes, the order of the steps, and a judge. */
export interface CatalogueCase {
  readonly anomaly: AnomalyName
  /** The anomaly with its form: `PMP, writing`. */
  readonly title: string
  /** In which steps it is provoked, for people. */
  readonly story: string
  readonly setup: readonly string[]
  readonly sessions: SessionSteps
  readonly afterwards: Readonly<Record<string, string>>
  /** The order of the steps: `permutation(...schedule)`. */
  readonly schedule: readonly `${string}.${string}`[]
  /** Whether a report of that order shows the anomaly. @throws the error of a step that no other transaction caused */
  judge(report: IsolationReport): CaseVerdict
}

const table = new AccountTable(1)

/**
 * Adya's anomalies, each in its forms: G0, G1a, G1b, G1c, OTV, PMP, P4, G-single, G2-item and G2. What TiDB does in each
 * transaction mode and isolation level is what `tidb-test isolation` prints.
 */
export const anomalyCatalogue: readonly CatalogueCase[] = catalogue.map((each) => {
  let sessions: SessionSteps | undefined
  return {
    anomaly: each.anomaly,
    title: titleOf(each),
    story: each.story,
    setup: table.setup,
    // Every test file imports this list with the rest of the package, and hardly any looks into it.
    get sessions() {
      return (sessions ??= each.sessions(table))
    },
    afterwards: AFTERWARDS,
    schedule: each.schedule.map(({ session, step }) => `${session}.${step}` as const),
    judge: (report) => judge(each, report, table),
  }
})
