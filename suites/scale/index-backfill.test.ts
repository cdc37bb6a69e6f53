import { expect, sql, test, type Session } from 'vitest-tidb'
import { failureOf } from './failing-ddl.ts'

const rows = 30_000

/** Rows from 1 to 30,000, of which 300 each have the same `kind`; made by TiDB itself. */
async function fillOrders(db: Session): Promise<void> {
  await db.run`CREATE TABLE orders (id INT PRIMARY KEY, kind INT NOT NULL, code INT NOT NULL)`
  await db.run`SET SESSION cte_max_recursion_depth = ${rows}`
  for (let first = 1; first <= rows; first += 10_000) {
    await expect(db.run`
      INSERT INTO orders
      WITH RECURSIVE number (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM number WHERE n < ${first + 9_999})
      SELECT n, n % 100, n FROM number`).toAffectRows(10_000)
  }
}

test(
  'an index that is added to 30,000 rows leads to the same rows as the table',
  { timeout: 120_000 },
  async ({ db }) => {
    await fillOrders(db)
    await db.run`ALTER TABLE orders ADD INDEX by_kind (kind)`
    await expect(db).toHaveIndex('orders', { name: 'by_kind', columns: ['kind'], unique: false })
    const plan = await db.explain`SELECT id FROM orders WHERE kind = 42`
    expect(plan).toUseIndex('by_kind')
    for (const kind of [0, 42, 99]) {
      const byTable = await db.query`SELECT id FROM orders IGNORE INDEX (by_kind) WHERE kind = ${kind} ORDER BY id`
      expect(byTable).toHaveLength(300)
      await expect(db.query`SELECT id FROM orders USE INDEX (by_kind) WHERE kind = ${kind} ORDER BY id`).toReturnRows(
        byTable,
      )
    }
    await expect(db.query`SELECT COUNT(*) AS n FROM orders USE INDEX (by_kind) WHERE kind >= 0`).toReturnRows([
      { n: rows },
    ])
    await expect(db).toPassAdminCheck('orders')
  },
)

test(
  'a unique index on 30,000 rows fails on one duplicate and leaves nothing behind',
  { timeout: 120_000 },
  async ({ db }) => {
    await fillOrders(db)
    await db.run`UPDATE orders SET code = 1 WHERE id = ${rows}`
    expect(await failureOf(db, 'ALTER TABLE orders ADD UNIQUE INDEX by_code (code)')).toFailWith('ER_DUP_ENTRY')
    await expect(db).not.toHaveIndex('orders', 'by_code')
    await db.run`UPDATE orders SET code = ${rows} WHERE id = ${rows}`
    await db.run`ALTER TABLE orders ADD UNIQUE INDEX by_code (code)`
    await expect(db.run`INSERT INTO orders VALUES (${rows + 1}, 1, 17)`).toFailWith('ER_DUP_ENTRY')
    await expect(db).toPassAdminCheck('orders')
  },
)

test(
  'an index is complete although its rows were changed while it was filled',
  { timeout: 120_000 },
  async ({ db, sessions }) => {
    await fillOrders(db)
    const writers = await sessions('inserter', 'updater', 'deleter')
    const index = db.start`ALTER TABLE orders ADD INDEX by_kind (kind)`
    const changes = { inserted: 0, updated: 0, deleted: 0 }
    const whileFilling = async (change: (n: number) => Promise<void>): Promise<void> => {
      // At least 20 changes, so that there are some even where the index is ready at once.
      for (let n = 1; n <= 20 || (index.status === 'running' && n <= 2_000); n++) await change(n)
    }
    await Promise.all([
      whileFilling(async (n) => {
        changes.inserted += (await writers.inserter.run`INSERT INTO orders VALUES (${rows + n}, 200, 0)`).affectedRows
      }),
      whileFilling(async (n) => {
        changes.updated += (await writers.updater.run`UPDATE orders SET kind = 300 WHERE id = ${n}`).affectedRows
      }),
      whileFilling(async (n) => {
        changes.deleted += (await writers.deleter.run`DELETE FROM orders WHERE id = ${rows - n}`).affectedRows
      }),
    ])
    await index.result()
    for (const [kind, n] of [
      [200, changes.inserted],
      [300, changes.updated],
    ] as const) {
      for (const hint of ['USE', 'IGNORE']) {
        const found = db.query`SELECT COUNT(*) AS n FROM orders ${sql.raw(hint)} INDEX (by_kind) WHERE kind = ${kind}`
        await expect(found).toReturnRows([{ n }])
      }
    }
    await expect(db.query`SELECT COUNT(*) AS n FROM orders USE INDEX (by_kind) WHERE kind >= 0`).toReturnRows([
      { n: rows + changes.inserted - changes.deleted },
    ])
    await expect(db).toPassAdminCheck('orders')
  },
)
