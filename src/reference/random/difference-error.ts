import { TidbTestError } from '../../errors/tidb-test-error.ts'
import { comparisonLines } from '../comparison/comparison-lines.ts'
import { differencesOf } from '../comparison/difference.ts'
import type { FoundDifference } from './difference-file.ts'

/** Random queries found something that must be the same and is not; reduced to the smallest case that shows it. */
export class DifferenceError extends TidbTestError {
  /** Absolute path of a .sql file that shows it on an empty server. */
  readonly file: string
  /** What makes all of the run the same again. */
  readonly seed: number
  readonly oracle: string
  /** The statements of the file: tables, rows, queries. */
  readonly statements: readonly string[]

  constructor(found: FoundDifference, file: string) {
    const { oracle, claim, setup, seed, sides } = found
    const [left, right] = sides
    const one = left.sql === right.sql
    const statement = { sql: one ? left.sql : 'SELECT', tidb: left.result, reference: right.result }
    const names = one ? { tidb: left.server, reference: right.server } : { tidb: 'first', reference: 'second' }
    const queries = one ? [left.sql] : [left.sql, right.sql]
    const aspects = differencesOf(statement).filter((aspect) => aspect === 'rows' || aspect === 'errors')
    const lines = [...[...setup, ...queries].map((sql) => `${sql};`), '', ...comparisonLines(statement, aspects, names)]
    super(
      'REFERENCE_DIFFERENCE',
      `random queries found a difference: ${claim}\n\n  ${lines.join('\n  ')}\n`.replaceAll(/^ +$/gm, ''),
      {
        remedy: `It is shown by ${file}\nAll queries of the run again: TIDB_TEST_SEED=${seed}, or check({ seed: ${seed} })`,
        context: { oracle, seed, file },
      },
    )
    this.file = file
    this.seed = seed
    this.oracle = oracle
    this.statements = [...setup, ...queries]
  }
}
