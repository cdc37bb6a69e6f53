import { expect } from 'vitest'
import { test } from '../../../fixtures/test.ts'
import { workloads } from '../workloads/workloads.ts'
import type { LoadProgress } from '../workload.ts'
import { loadTable } from './load-table.ts'

test('the loading of a table tells how far it is', async ({ db }) => {
  const seen: LoadProgress[] = []
  await workloads
    .pointSelect({ rows: 12_000, tables: 2 })
    .prepare(db, { sessions: 3, onProgress: (progress) => void seen.push(progress) })
  for (const table of ['sbtest1', 'sbtest2']) {
    const rows = seen.filter((progress) => progress.table === table).map((progress) => progress.rows)
    expect(rows.length).toBeGreaterThan(1)
    expect(rows).toEqual(rows.toSorted((one, other) => one - other))
    expect(rows.at(-1)).toBe(12_000)
  }
  expect(new Set(seen.map(({ of }) => of))).toEqual(new Set([12_000]))
})

test('a row that is refused ends the loading, and no session goes on with it', async ({ db }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, pad VARCHAR(1000))`
  const loading = loadTable(db, {
    table: 't',
    columns: ['id', 'pad'],
    rows: 40_000,
    sessions: 4,
    row: (writer, n) => {
      writer.value(n === 20_000 ? 1 : n)
      writer.value('x'.repeat(100))
    },
  })
  await expect(loading).rejects.toMatchObject({ symbol: 'ER_DUP_ENTRY' })
  const count = async (): Promise<unknown> => (await db.query`SELECT COUNT(*) AS n FROM t`)[0]?.['n']
  const before = await count()
  await db.query`SELECT SLEEP(0.2)`
  expect(await count()).toBe(before)
  expect(before).toBeLessThan(40_000)
})
