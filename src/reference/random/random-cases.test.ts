import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hintsFor } from './oracles/plans.ts'
import { features, type Feature } from './features.ts'
import type { RandomCase } from './random-case.ts'
import { randomCases } from './random-cases.ts'
import { reductions } from './reductions.ts'
import { selectOf, writeQuery } from './write-query.ts'
import { writeSchema } from './write-schema.ts'

function drawn(seed: number, without: readonly Feature[] = []): readonly RandomCase[] {
  return fc.sample(randomCases(fc, new Set(without)), { numRuns: 150, seed })
}

function written(randomCase: RandomCase): readonly string[] {
  const { tables, creates, inserts } = writeSchema(randomCase)
  return [...creates, ...inserts, ...randomCase.queries.map((query) => selectOf(writeQuery(query, tables)))]
}

describe('random cases', () => {
  test('are the same for one seed, and others for another', () => {
    expect(drawn(3).flatMap(written)).toEqual(drawn(3).flatMap(written))
    expect(drawn(3).flatMap(written)).not.toEqual(drawn(4).flatMap(written))
  })

  test('hold all features, and none of those that are left out', () => {
    const traces: Readonly<Record<Feature, RegExp>> = {
      collations: /utf8mb4_general_ci/,
      dates: /DATE/,
      strings: /CONCAT|LIKE/,
      division: / \/ | DIV | % /,
      rounding: /ROUND|FLOOR/,
      casts: /CAST\(\S+ AS (DECIMAL|CHAR|SIGNED)|HEX\(a/,
      bits: / & |BIT_COUNT/,
      'implicit-conversions': /\(NOT '|\('\S*' \+/,
      subqueries: /EXISTS \(SELECT/,
      'in-subqueries': /IN \(SELECT/,
      'outer-joins': /LEFT JOIN/,
      aggregates: /GROUP BY/,
    }
    const all = drawn(1).flatMap(written).join('\n')
    for (const feature of features) expect(all, feature).toMatch(traces[feature])
    const none = drawn(1, features).flatMap(written).join('\n')
    for (const feature of features) expect(none, feature).not.toMatch(traces[feature])
  })

  test('have other plans to be asked for', () => {
    const hints = drawn(2).flatMap((randomCase) => {
      const { tables } = writeSchema(randomCase)
      return randomCase.queries.flatMap((query) => hintsFor(writeQuery(query, tables)))
    })
    for (const hint of ['HASH_JOIN(', 'MERGE_JOIN(', 'INL_JOIN(', 'USE_INDEX(', 'IGNORE_INDEX(', 'STREAM_AGG(']) {
      expect(
        hints.some((text) => text.startsWith(hint)),
        hint,
      ).toBe(true)
    }
  })

  test('are reduced to nothing smaller than one table and one query, in the end', () => {
    for (const start of drawn(5).slice(0, 20)) {
      let current = start
      let steps = 0
      for (let next = reductions(current).next(); next.done !== true; next = reductions(current).next()) {
        current = next.value
        expect(++steps).toBeLessThan(2_000)
      }
      expect(current.tables).toHaveLength(1)
      expect(current.queries).toHaveLength(1)
      const [table, query] = written(current)
      expect(table).toBe('CREATE TABLE t0 (id INT, c0 INT)')
      expect(query).toMatch(/^SELECT (0|''|DATE '2024-01-31') AS e0 FROM t0 AS a0 WHERE TRUE$/)
    }
  })
})
