import { expect, measureGrowth, sql, test, workloads, type Growth, type Session } from 'vitest-tidb'

/** Twice the standard error on either side of the exponent must reach the range, and the range is wide: machines are shared. */
function expectExponent({ exponent, error }: Growth, least: number, most: number): void {
  expect(exponent + 2 * error).toBeGreaterThan(least)
  expect(exponent - 2 * error).toBeLessThan(most)
}

async function fill(db: Session, rows: number): Promise<void> {
  await db.run`SET SESSION cte_max_recursion_depth = ${rows}`
  await db.run`TRUNCATE TABLE item`
  await db.run`
    INSERT INTO item
    WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < ${rows})
    SELECT n, n % 97, REPEAT('x', 100) FROM counter`
}

test(
  'a scan takes no more than in proportion to its rows, and a point read takes the same',
  { timeout: 120_000 },
  async ({ db, annotate }) => {
    await db.run`CREATE TABLE item (id INT PRIMARY KEY, kind INT, text VARCHAR(100))`
    const sizes = [2_000, 4_000, 8_000, 16_000]
    const reads = new Map<number, number>()
    const scan = await measureGrowth({
      sizes,
      prepare: async (rows) => {
        await fill(db, rows)
        const point = async (): Promise<number> => {
          const begun = performance.now()
          await db.query`SELECT text FROM item WHERE id = ${rows / 2}`
          return performance.now() - begun
        }
        const taken = [await point(), await point(), await point(), await point(), await point()]
        reads.set(rows, Math.min(...taken))
      },
      measure: () => db.query`SELECT COUNT(DISTINCT text, kind) AS n FROM item`,
    })
    const point = await measureGrowth({ sizes, repeats: 1, measure: async (rows) => reads.get(rows) })
    await annotate(`scan: ${scan}; point read: ${point}`, 'growth')
    expectExponent(scan, 0.3, 1.4)
    expectExponent(point, -0.8, 0.5)
  },
)

test('adding an index takes no more than in proportion to its rows', { timeout: 120_000 }, async ({ db, annotate }) => {
  await db.run`CREATE TABLE item (id INT PRIMARY KEY, kind INT, text VARCHAR(100))`
  const growth = await measureGrowth({
    sizes: [2_000, 4_000, 8_000, 16_000],
    repeats: 2,
    prepare: (rows) => fill(db, rows),
    measure: async () => {
      const begun = performance.now()
      await db.run`ALTER TABLE item ADD INDEX by_kind (kind)`
      const taken = performance.now() - begun
      await db.run`ALTER TABLE item DROP INDEX by_kind`
      return taken
    },
  })
  await annotate(`add index: ${growth}`, 'growth')
  expectExponent(growth, -0.2, 1.4)
})

test(
  'listing tables takes no more than in proportion to their number',
  { timeout: 120_000 },
  async ({ db, annotate }) => {
    let made = 0
    const growth = await measureGrowth({
      sizes: [5, 10, 20, 40],
      prepare: async (count) => {
        for (; made < count; made++) await db.run`CREATE TABLE ${sql.id(`t${made}`)} (id INT PRIMARY KEY)`
      },
      measure: () =>
        db.query`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ${db.database!}`,
    })
    await annotate(`tables: ${growth}`, 'growth')
    expectExponent(growth, -0.5, 1.5)
  },
)

test('twice the sessions do not do less', { timeout: 120_000 }, async ({ db, load, annotate }) => {
  const selects = workloads.pointSelect({ rows: 1_000 })
  await selects.prepare(db)
  const growth = await measureGrowth({
    sizes: [1, 2, 4, 8],
    repeats: 1,
    measure: async (sessions) => (await load.run(selects, { sessions, duration: 500 })).throughput,
  })
  await annotate(`throughput over sessions: ${growth}`, 'growth')
  expectExponent(growth, -0.5, 1.5)
})
