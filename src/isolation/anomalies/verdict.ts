import { describeWait } from '../../blocking/wait.ts'
import { printStep } from '../schedule.ts'
import type { IsolationReport } from '../report.ts'
import type { AccountTable } from './account-table.ts'
import type { AnomalyCase } from './anomaly-case.ts'
import { Seen } from './seen.ts'

/** What came of provoking an anomaly. Plain data. */
export interface CaseVerdict {
  readonly outcome: 'occurs' | 'prevented'
  /** By what it was prevented: an error, a wait for another transaction, or only by what the reads saw. */
  readonly by?: 'error' | 'wait' | 'reads'
  /** The error that prevented it. */
  readonly error?: { readonly errno: number; readonly symbol: string }
  /** Of how many pairs of accounts. */
  readonly pairs: number
  /** In how many of them it occurred. */
  readonly occurrences: number
  /** Which step saw what, failed with what, or waited for whom. */
  readonly evidence: string
}

/**
 * Judges by the rows that the steps read, what is in the table at the end, and who failed.
 *
 * @throws the error of a step that failed of something else than another transaction
 */
export function judge(anomalyCase: AnomalyCase, report: IsolationReport, table: AccountTable): CaseVerdict {
  const failed = report.records.find(({ outcome }) => outcome === 'failed')
  if (failed?.error !== undefined && failed.error.outcome !== 'transient') throw failed.error
  const seen = Seen.ofEachPair(report, table)
  const shown = seen.map((pair) => anomalyCase.shows(pair)).filter((evidence) => evidence !== undefined)
  const count = { pairs: table.pairs, occurrences: shown.length }
  const [evidence] = shown
  if (evidence !== undefined) return { outcome: 'occurs', ...count, evidence }
  if (failed?.error !== undefined) {
    const { errno, symbol } = failed.error
    const said = `${printStep(failed)} failed with ${symbol} ${errno}`
    return { outcome: 'prevented', by: 'error', error: { errno, symbol }, ...count, evidence: said }
  }
  const waiting = report.records.find(({ waited }) => waited !== undefined)
  if (waiting?.waited !== undefined) {
    const said = `${printStep(waiting)} ${describeWait(waiting.waited)}; ${seen[0]?.allReads() ?? ''}`
    return { outcome: 'prevented', by: 'wait', ...count, evidence: said }
  }
  return { outcome: 'prevented', by: 'reads', ...count, evidence: seen[0]?.allReads() ?? '' }
}
