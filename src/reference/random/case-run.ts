import type { Session } from '../../connections/session.ts'
import { compareRows } from '../comparison/compare-rows.ts'
import { rowsOf, type StatementResult } from '../comparison/statement-result.ts'
import type { FoundDifference } from './difference-file.ts'
import { norec } from './oracles/norec.ts'
import type { Oracle, OracleName } from './oracles/oracle.ts'
import { plans } from './oracles/plans.ts'
import { tlp } from './oracles/tlp.ts'
import type { RandomCase } from './random-case.ts'
import { selectOf, writeQuery, type WrittenQuery } from './write-query.ts'
import { writeSchema, type WrittenSchema } from './write-schema.ts'

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
const ER_DATA_OUT_OF_RANGE = 1690
const MOST_TABLES = 3

/** Runs cases on TiDB, and on the reference where there is one. The schema is made anew only when it is another one. */
export class CaseRun {
  readonly counts: CaseCounts = { comparisons: 0, inconclusive: 0 }
  readonly #tidb: Side
  readonly #reference: Side | undefined
  readonly #oracles: readonly OracleName[]
  #schema = ''
  #rows = ''

  constructor(tidb: Side, reference: Side | undefined, oracles: readonly OracleName[]) {
    this.#tidb = tidb
    this.#reference = reference
    this.#oracles = oracles
  }

  /** The first difference that a case shows, to all oracles or to one; undefined when there is none. */
  async difference(randomCase: RandomCase, only?: string): Promise<Found | undefined> {
    const schema = writeSchema(randomCase)
    await this.#make(schema)
    for (const query of randomCase.queries) {
      const written = writeQuery(query, schema.tables)
      for (const oracle of this.#oracles) {
        if (only !== undefined && only !== oracle) continue
        const found = oracle === 'reference' ? await this.#compared(written) : await this.#alone(oracle, written)
        if (found !== undefined) return { ...found, oracle, setup: [...schema.creates, ...schema.inserts] }
      }
    }
    return undefined
  }

  /** Schema changes are what takes longest, so rows alone are changed where that is enough. */
  async #make({ tables, creates, inserts }: WrittenSchema): Promise<void> {
    const schema = creates.join(';\n')
    const rows = inserts.join(';\n')
    if (schema === this.#schema && rows === this.#rows) return
    const all = Array.from({ length: MOST_TABLES }, (_, number) => `t${number}`).join(', ')
    const first =
      schema === this.#schema
        ? tables.map(({ name }) => `DELETE FROM ${name}`)
        : [`DROP TABLE IF EXISTS ${all}`, ...creates]
    this.#schema = ''
    const script = [...first, ...inserts].join(';\n')
    const sides = [this.#tidb, ...(this.#reference === undefined ? [] : [this.#reference])]
    await Promise.all(sides.map(({ session }) => session.script(script)))
    this.#schema = schema
    this.#rows = rows
  }

  async #compared(query: WrittenQuery): Promise<Omit<Found, 'oracle' | 'setup'> | undefined> {
    const reference = this.#reference
    if (reference === undefined) return undefined
    const sql = selectOf(query)
    const [left, right] = await Promise.all([rowsOf(this.#tidb.session, sql), rowsOf(reference.session, sql)])
    this.counts.comparisons += 1
    if ((isOrdinary(left) && left.error?.errno === right.error?.errno) || isOutOfRange(left, right)) {
      this.counts.inconclusive += 1
      return undefined
    }
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
    const answers = new Map<string, StatementResult>()
    for (const { claim, left: leftSql, right: rightSql } of ALONE[oracle](query)) {
      const left = answers.get(leftSql) ?? (await rowsOf(session, leftSql))
      answers.set(leftSql, left)
      const right = await rowsOf(session, rightSql)
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

/** Whether a value that is never asked for overflows depends on who leaves out what, and when. */
function isOutOfRange(...results: readonly StatementResult[]): boolean {
  return results.some(({ error }) => error?.errno === ER_DATA_OUT_OF_RANGE)
}

function isOrdinary({ error }: StatementResult): boolean {
  return error !== undefined && error.errno !== ER_UNKNOWN
}

/** As numbers where they are numbers: how many zeros end a decimal is no matter of what a query returns. */
function sameRows(left: StatementResult, right: StatementResult): boolean {
  return compareRows(asNumbers(left), asNumbers(right), 'none').every(({ side }) => side === 'both')
}

function asNumbers(result: StatementResult): StatementResult {
  const columns = result.columns.map((column) => ({
    ...column,
    type:
      column.kind === 'DECIMAL' || column.kind === 'NULL' || column.kind.startsWith('integer') ? 'DOUBLE' : column.type,
  }))
  return { ...result, columns }
}
