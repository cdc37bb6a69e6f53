import { readFile, rm } from 'node:fs/promises'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { test } from '../../../fixtures/test.ts'
import type { Session } from '../../connections/session.ts'
import { checkRandomQueries, type RandomQueriesOptions } from './check-random-queries.ts'
import { DifferenceError } from './difference-error.ts'
import { features } from './features.ts'

const directory = mkdtempSync(join(tmpdir(), 'differences-'))
afterAll(() => rm(directory, { recursive: true }))

/** A session that runs other statements than it is given: a server with a fault. */
function faulty(session: Session, fault: (sql: string) => string): Session {
  const { script, query } = session
  return { script, query, raw: (sql: string) => session.raw(fault(sql)) } as Session
}

async function foundBy(
  session: Session,
  options: RandomQueriesOptions,
  reference?: { name: string; session: Session },
): Promise<DifferenceError> {
  const tidb = { name: 'TiDB', session }
  const checked = checkRandomQueries({ tidb, reference }, { seed: 7, runs: 60, directory, ...options })
  const error: unknown = await checked.catch((failure: unknown) => failure)
  if (error instanceof DifferenceError) return error
  throw new Error(`the fault was not found: ${JSON.stringify(error)}`)
}

/** What the faults have nothing to do with: so less has to be drawn until one shows. */
const all = Object.fromEntries(features.map((feature) => [feature, 'the fault is elsewhere']))
const PLAIN = { without: { ...all, 'outer-joins': undefined } } as RandomQueriesOptions
const DIVIDING = { without: { ...all, division: undefined } } as RandomQueriesOptions

describe('a planted fault is found, and made small', { timeout: 240_000 }, () => {
  test('by TLP, when rows for which the condition is NULL get lost, as a script that runs on an empty server', async ({
    db,
  }) => {
    const fault = faulty(db, (sql) => sql.replaceAll(/ IS NULL(?=$|\))/g, ' IS NULL AND FALSE'))
    const { statements, oracle, message, file } = await foundBy(fault, { ...PLAIN, oracles: ['tlp'] })
    expect(oracle).toBe('tlp')
    // A table, a row, and two queries.
    expect(statements).toHaveLength(4)
    expect(statements[1]).toMatch(/^INSERT INTO t0 VALUES \([^()]*\)$/)
    expect(message).toContain(file)
    expect(message).toContain('TIDB_TEST_SEED=7')

    const script = await readFile(file, 'utf8')
    for (const statement of statements) expect(script).toContain(`${statement};`)
    expect(script).toMatch(/^-- Found by the oracle 'tlp' with the seed 7/)
    const results = await db.script(script)
    // TiDB is right: what the faulty server returned stands in the comments.
    expect(results.slice(-2).map((rows) => Array.isArray(rows) && rows.length)).toEqual([1, 1])
    await db.run`DROP DATABASE vitest_tidb_difference`
  })

  test('by NoREC, when NULL counts as true for the optimizer', async ({ db }) => {
    const fault = faulty(db, (sql) =>
      sql.replace(/^(SELECT COUNT\(\*\) AS n FROM .*) WHERE (.*)$/, '$1 WHERE ($2) IS NOT FALSE'),
    )
    const { statements } = await foundBy(fault, { ...PLAIN, oracles: ['norec'] })
    expect(statements).toHaveLength(4)
    expect(statements[2]).toMatch(/^SELECT COUNT\(\*\) AS n FROM t0 AS a0 WHERE NULL$/)
  })

  test('by other plans, when a hash join loses its outer rows', async ({ db }) => {
    const fault = faulty(db, (sql) => (/HASH_JOIN\(a0/.test(sql) ? sql.replaceAll('LEFT JOIN', 'JOIN') : sql))
    const { statements, context } = await foundBy(fault, { ...PLAIN, oracles: ['plans'] })
    expect(statements.at(-2)).toMatch(/^SELECT \S+ AS e0 FROM t0 AS a0 LEFT JOIN t0 AS a1 ON \S+ WHERE TRUE$/)
    expect(context).toMatchObject({ oracle: 'plans', seed: 7 })
  })

  test('by the reference, when it divides in another way', async ({ db, reference }) => {
    await reference.session.run`SET div_precision_increment = 0`
    const found = await foundBy(
      db,
      { ...DIVIDING, oracles: ['reference'] },
      { name: reference.name, session: reference.session },
    )
    const query = found.statements.at(-1) ?? ''
    expect(query).toContain(' / ')
    expect(query.length).toBeLessThan(90)
    expect(found.message).toContain(reference.name)
  })
})

test('what cannot be meant is refused', async ({ db }) => {
  const refused = (options: object) =>
    checkRandomQueries({ tidb: { name: 'TiDB', session: db } }, { seed: 1, ...options })
  for (const [options, words] of [
    [{ oracles: ['tpl'] }, "there is no oracle 'tpl'"],
    [{ runs: 0 }, 'runs is 0'],
    [{ time: -1 }, 'time is -1'],
    [{ without: { divisions: 'x' } }, "'divisions' is nothing that random queries hold"],
    [{ without: { division: '' } }, "'division' is left out without a reason"],
  ] as const) {
    await expect(refused(options)).rejects.toThrow(words)
  }
})
