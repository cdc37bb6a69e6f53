import type * as FastCheck from 'fast-check'
import { systemClock } from '../../clock/system-clock.ts'
import { ConfigError } from '../../errors/config-error.ts'
import { CaseRun, type Side } from './case-run.ts'
import { DifferenceError } from './difference-error.ts'
import { writeDifference, type FoundDifference } from './difference-file.ts'
import { features, type Feature } from './features.ts'
import type { OracleName } from './oracles/oracle.ts'
import type { RandomCase } from './random-case.ts'
import { randomCases } from './random-cases.ts'
import { reductions } from './reductions.ts'

export interface RandomQueriesOptions {
  /**
   * Who says what is right: `reference`, the other server; `tlp`, `norec` and `plans`, TiDB asked in another way. All but
   * `reference` when not given.
   */
  readonly oracles?: readonly OracleName[]
  /** Random schemas, each with up to eight queries. 100 when not given. */
  readonly runs?: number
  /** Milliseconds after which no other schema is begun. */
  readonly time?: number
  /** Makes the queries the same in every run. */
  readonly seed?: number
  /** What is left out of the queries, and why: `{ division: 'MariaDB …' }`. */
  readonly without?: { readonly [F in Feature]?: string | undefined }
  /** Milliseconds that may be spent on making a case smaller that fails; 2 minutes when not given. */
  readonly reducing?: number
  /** Folder for .sql files; `.vitest-tidb/differences` when not given. */
  readonly directory?: string
}

/** What random queries have seen, where there was no difference. */
export interface CheckedQueries {
  readonly seed: number
  /** Random schemas that were run. */
  readonly runs: number
  readonly comparisons: number
  /** Comparisons of which nothing can be told: their queries fail. */
  readonly inconclusive: number
}

const ORACLES: readonly OracleName[] = ['reference', 'tlp', 'norec', 'plans']
/** Milliseconds of reducing after which a case is small enough. */
const REDUCING = 120_000

/**
 * Runs random queries on random schemas and data, and compares what must be the same. What fails is reduced to the
 * smallest case that still does. Needs `fast-check`.
 *
 * @throws DifferenceError `REFERENCE_DIFFERENCE` with the .sql file; ConfigError `CONFIG_RANDOM_QUERIES`
 */
export async function checkRandomQueries(
  sides: { readonly tidb: Side; readonly reference?: Side | undefined },
  options: RandomQueriesOptions & { readonly seed: number },
): Promise<CheckedQueries> {
  const {
    oracles = ['tlp', 'norec', 'plans'],
    runs = 100,
    time,
    seed,
    without = {},
    directory,
    reducing = REDUCING,
  } = options
  checkOptions(options, oracles, runs)
  const fc = await fastCheck()
  const run = new CaseRun(sides.tidb, sides.reference, oracles)
  const begun = systemClock.now()
  let failed: { readonly found: Omit<FoundDifference, 'seed' | 'sqlMode'>; readonly at: number } | undefined
  let done = 0
  const isOver = (): boolean =>
    failed === undefined
      ? time !== undefined && systemClock.now() - begun > time
      : systemClock.now() - failed.at > reducing
  const property = fc.asyncProperty(
    reduced(fc, randomCases(fc, new Set(features.filter((feature) => without[feature] !== undefined)))),
    async (randomCase) => {
      if (isOver()) return true
      if (failed === undefined) done += 1
      const found = await run.difference(randomCase, failed?.found.oracle)
      // fast-check goes on from each failure to smaller ones, so the last is the smallest.
      if (found !== undefined) failed = { found, at: failed?.at ?? systemClock.now() }
      return found === undefined
    },
  )
  // fast-check takes 32 bits.
  await fc.check(property, { numRuns: runs, seed: seed | 0 })
  if (failed === undefined) return { seed, runs: done, ...run.counts }
  const [mode] = await sides.tidb.session.query<{ mode: string }>`SELECT @@sql_mode AS mode`
  const found = { ...failed.found, seed, sqlMode: mode?.mode ?? '' }
  throw new DifferenceError(found, await writeDifference(found, directory ?? '.vitest-tidb/differences'))
}

/** Drawn by fast-check, made smaller by what is known of queries. */
function reduced(fc: typeof FastCheck, drawn: FastCheck.Arbitrary<RandomCase>): FastCheck.Arbitrary<RandomCase> {
  class Reduced extends fc.Arbitrary<RandomCase> {
    override generate(random: FastCheck.Random, bias: number | undefined): FastCheck.Value<RandomCase> {
      return new fc.Value(drawn.generate(random, bias).value, undefined)
    }
    override canShrinkWithoutContext(value: unknown): value is RandomCase {
      return typeof value === 'object' && value !== null && 'tables' in value
    }
    override shrink(value: RandomCase): FastCheck.Stream<FastCheck.Value<RandomCase>> {
      return fc.stream(reductions(value)).map((smaller) => new fc.Value(smaller, undefined))
    }
  }
  return new Reduced()
}

function checkOptions({ without = {}, time }: RandomQueriesOptions, oracles: readonly string[], runs: number): void {
  const wrong = (what: string, remedy: string): ConfigError =>
    new ConfigError('CONFIG_RANDOM_QUERIES', what, { remedy })
  const unknown = oracles.find((name) => !ORACLES.includes(name as OracleName))
  if (unknown !== undefined || oracles.length === 0) {
    throw wrong(`there is no oracle '${String(unknown)}'`, `There are ${ORACLES.join(', ')}.`)
  }
  if (!Number.isInteger(runs) || runs < 1) throw wrong(`runs is ${runs}`, 'Give a whole number from 1 on.')
  if (time !== undefined && !(time > 0)) throw wrong(`time is ${time}`, 'Give milliseconds.')
  for (const [feature, because] of Object.entries(without)) {
    if (because === undefined) continue
    if (!features.includes(feature as Feature)) {
      throw wrong(`'${feature}' is nothing that random queries hold`, `They hold ${features.join(', ')}.`)
    }
    if (typeof because !== 'string' || because.trim() === '') {
      throw wrong(`'${feature}' is left out without a reason`, `Say why: without: { '${feature}': '…' }`)
    }
  }
}

async function fastCheck(): Promise<typeof FastCheck> {
  try {
    return await import('fast-check')
  } catch (error) {
    throw new ConfigError(
      'CONFIG_FAST_CHECK_MISSING',
      'random queries need the package fast-check, which cannot be loaded',
      {
        cause: error,
        remedy: 'npm install --save-dev fast-check',
      },
    )
  }
}
