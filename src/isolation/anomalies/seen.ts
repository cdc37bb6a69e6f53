import { printStep } from '../schedule.ts'
import type { StepRecord } from '../report.ts'
import type { Account, AccountTable } from './account-table.ts'

/** The name of the query that reads every account when all transactions have ended. */
export const FINALLY = 'at the end the table'

/** What is needed of a report to judge it. */
export interface JudgedSteps {
  readonly records: readonly JudgedStep[]
  /** What the queries returned that ran when all transactions had ended. */
  readonly afterwards: readonly JudgedStep[]
}

type JudgedStep = Pick<StepRecord, 'session' | 'step' | 'outcome' | 'rows'>

/** What a schedule has shown of one pair of accounts. */
export class Seen {
  readonly #steps: JudgedSteps
  readonly #rows: ReadonlyMap<string, ReadonlyMap<Account, number>>

  private constructor(steps: JudgedSteps, rows: ReadonlyMap<string, ReadonlyMap<Account, number>>) {
    this.#steps = steps
    this.#rows = rows
  }

  /** One for each pair. */
  static ofEachPair(steps: JudgedSteps, table: AccountTable): Seen[] {
    const pairs = Array.from({ length: table.pairs }, () => new Map<string, Map<Account, number>>())
    for (const record of [...steps.records, ...steps.afterwards]) {
      const name = steps.afterwards.includes(record) ? FINALLY : printStep(record)
      for (const [pair, rows] of rowsOf(record, table).entries()) pairs[pair]?.set(name, rows)
    }
    return pairs.map((rows) => new Seen(steps, rows))
  }

  /** The value with which a step has read an account; undefined where it did not find it, or failed. */
  value(step: string, account: Account): number | undefined {
    return this.#rows.get(step)?.get(account)
  }

  /** Whether nothing of the session's transaction failed. */
  committed(session: string): boolean {
    return this.#steps.records.every((record) => record.session !== session || record.outcome === 'done')
  }

  /** `reader.x saw x = 10, reader.y saw nothing`. */
  words(...steps: readonly string[]): string {
    return steps
      .map((step) => `${step} ${step === FINALLY ? 'holds' : 'saw'} ${valuesIn(this.#rows.get(step))}`)
      .join(', ')
  }

  /** What every reading step saw, in words. */
  allReads(): string {
    return this.words(...this.#rows.keys())
  }
}

function rowsOf({ rows }: JudgedStep, table: AccountTable): Map<Account, number>[] {
  if (rows === undefined) return []
  const pairs = Array.from({ length: table.pairs }, () => new Map<Account, number>())
  for (const { id, value } of rows) {
    const { pair, account } = table.locate(Number(id))
    if (account !== undefined) pairs[pair]?.set(account, Number(value))
  }
  return pairs
}

function valuesIn(rows: ReadonlyMap<Account, number> | undefined): string {
  if (rows === undefined) return 'nothing, as it failed'
  if (rows.size === 0) return 'no row'
  return [...rows].map(([account, value]) => `${account} = ${value}`).join(' and ')
}
