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

function outcome({ error, rows, fields }: StepRecord): string[] {
  if (error !== undefined) return [`ERROR:  ${error.symbol}${error.errno === 0 ? '' : ` (${error.errno})`}`]
  // The empty line after a table is isolationtester's.
  return rows === undefined ? [] : [resultTable(fields, rows), '']
}
