import type { IsolationReport, StepEvent, StepRecord } from '../report.ts'
import { resultTable } from './result-table.ts'

/**
 * How a permutation went, as isolationtester prints it: the steps in the order in which they were sent, a step that is
 * blocked as `<waiting ...>`, and its end as `<... completed>` where that is seen.
 *
 * Of an error there is the symbol and the number: messages hold timestamps and ids of transactions.
 */
export class PermutationReport {
  readonly #text: string

  constructor({ events }: Pick<IsolationReport, 'events'>) {
    this.#text = events.map(eventText).join('\n')
  }

  toString(): string {
    return this.#text
  }
}

function eventText({ kind, record }: StepEvent): string {
  const { step } = record
  const sql = record.sql.trim()
  if (kind === 'waiting') return `step ${step}: ${sql} <waiting ...>`
  return [`step ${step}: ${kind === 'completed' ? '<... completed>' : sql}`, ...outcome(record)].join('\n')
}

/** A table for each statement that has rows, as isolationtester prints them, with the empty line behind. */
function outcome({ error, results }: StepRecord): string[] {
  if (error !== undefined) return [`ERROR:  ${error.symbol}${error.errno === 0 ? '' : ` (${error.errno})`}`]
  return results.flatMap((result) => ('rows' in result ? [resultTable(result.fields, result.rows), ''] : []))
}
