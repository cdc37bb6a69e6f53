import type { Session } from '../../connections/session.ts'
import { compareRows } from '../comparison/compare-rows.ts'
import { resultOf, type StatementResult } from '../comparison/statement-result.ts'
import type { FoundDifference } from './difference-file.ts'
import { norec } from './oracles/norec.ts'
import type { Oracle, OracleName } from './oracles/oracle.ts'
import { plans } from './oracles/plans.ts'
import { tlp } from './oracles/tlp.ts'
import type { RandomCase } from './random-case.ts'
import { selectOf, writeQuery, type WrittenQuery } from './write-query.ts'
import { writeSchema } from './write-schema.ts'

/** One of the servers that cases are run on. */
export interface Side {
  /** Product and version. */
  readonly name: string
  readonly session: Session
}

/** How often something was compared, and how often an error on both sides, or of the data, left nothing to compare. */
export interface CaseCounts {
  comparisons: number
  inconclusive: number
}

type Found = Omit<FoundDifference, 'seed' | 'sqlMode'>

const ALONE: Readonly<Record<Exclude<OracleName, 'reference'>, Oracle>> = { tlp, norec, plans }
/** What TiDB says when it has met a state that it thought impossible. */
const ER_UNKNOWN = 1105
const MOST_TABLES = 3

/** Runs cases on TiDB, and on the reference where there is one. The schema is made anew only when it is another one. */
export class CaseRun {
  readonly counts: CaseCounts = { comparisons: 0, inconclusive: 0 }
  readonly #tidb: Side
  readonly #reference: Side | undefined
  readonly #oracles: readonly OracleName[]
  #schema = ''

  constructor(tidb: Side, reference: Side | undefined, oracles: readonly OracleName[]) {
    this.#tidb = tidb
    this.#reference = reference
    this.#oracles = oracles
  }

  /** The first difference that a case shows; undefined when there is none. */
  async difference(randomCase: RandomCase): Promise<Found | undefined> {
    const { statements, tables } = writeSchema(randomCase)
    await this.#make(statements)
    for (const query of randomCase.queries) {
      const written = writeQuery(query, tables)
      for (const oracle of this.#oracles) {
        const found = oracle === 'reference' ? await this.#compared(written) : await this.#alone(oracle, written)
        if (found !== undefined) return { ...found, oracle, setup: statements }
      }
    }
    return undefined
  }

  async #make(statements: readonly string[]): Promise<void> {
    const schema = statements.join(';')
    if (schema === this.#schema) return
    this.#schema = ''
    const names = Array.from({ length: MOST_TABLES }, (_, number) => `t${number}`).join(', ')
    const sides = [this.#tidb, ...(this.#reference === undefined ? [] : [this.#reference])]
    await Promise.all(
      sides.map(async ({ session }) => {
        await session.script(`DROP TABLE IF EXISTS ${names}`)
        for (const statement of statements) await session.script(statement)
      }),
    )
    this.#schema = schema
  }

  async #compared(query: WrittenQuery): Promise<Omit<Found, 'oracle' | 'setup'> | undefined> {
    const reference = this.#reference
    if (reference === undefined) return undefined
    const sql = selectOf(query)
    const [left, right] = await Promise.all([resultOf(this.#tidb.session, sql), resultOf(reference.session, sql)])
    this.counts.comparisons += 1
    if (left.error !== undefined && left.error.errno === right.error?.errno) this.counts.inconclusive += 1
    if (left.error?.errno === right.error?.errno && sameRows(left, right)) return undefined
    const sides = [
      { server: this.#tidb.name, sql, result: left },
      { server: reference.name, sql, result: right },
    ] as const
    return { claim: `what ${this.#tidb.name} and ${reference.name} return for one query`, sides }
  }

  async #alone(
    oracle: Exclude<OracleName, 'reference'>,
    query: WrittenQuery,
  ): Promise<Omit<Found, 'oracle' | 'setup'> | undefined> {
    const { name: server, session } = this.#tidb
    for (const { claim, left: leftSql, right: rightSql } of ALONE[oracle](query)) {
      const left = await resultOf(session, leftSql)
      const right = await resultOf(session, rightSql)
      this.counts.comparisons += 1
      if (isOrdinary(left) || isOrdinary(right)) {
        // An overflow, say, which one way of evaluating may meet and another not.
        this.counts.inconclusive += 1
        continue
      }
      if (left.error === undefined && right.error === undefined && sameRows(left, right)) continue
      const sides = [
        { server, sql: leftSql, result: left },
        { server, sql: rightSql, result: right },
      ] as const
      return { claim, sides }
    }
    return undefined
  }
}

function isOrdinary({ error }: StatementResult): boolean {
  return error !== undefined && error.errno !== ER_UNKNOWN
}

/** As numbers where they are numbers: how many zeros end a decimal is no matter of what a query returns. */
function sameRows(left: StatementResult, right: StatementResult): boolean {
  return compareRows(asNumbers(left), asNumbers(right), 'none').every(({ side }) => side === 'both')
}

function asNumbers(result: StatementResult): StatementResult {
  const columns = result.columns.map(({ name, type }) => ({
    name,
    type: type === 'DECIMAL' || type.startsWith('integer') || type === 'NULL' ? 'DOUBLE' : type,
  }))
  return { ...result, columns }
}
