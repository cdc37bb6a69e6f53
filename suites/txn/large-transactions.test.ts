import { expect, sql, test, type Session } from 'vitest-tidb'

const rows = 20_000
const batch = 2_000

/** Inserts ids from 1 to `rows` in batches, on the session's open transaction. */
async function fill(session: Session): Promise<void> {
  for (let first = 1; first <= rows; first += batch) {
    const values = Array.from({ length: batch }, (_, index) => sql`(${first + index}, ${(first + index) % 97})`)
    await expect(session.run`INSERT INTO measurement VALUES ${sql.list(values)}`).toAffectRows(batch)
  }
}

const table = sql`CREATE TABLE measurement (id INT PRIMARY KEY, v INT, KEY by_v (v))`
const count = sql`SELECT COUNT(*) AS n FROM measurement`
/** 1 + 2 + … + 20,000 */
const sumOfIds = String((rows * (rows + 1)) / 2)

test('20,000 rows of one transaction appear to others all at once', async ({ db, sessions }) => {
  await db.run`${table}`
  const { writer } = await sessions('writer')
  await writer.run`BEGIN`
  await fill(writer)
  await expect(writer.query`${count}`).toReturnRows([{ n: rows }])
  await expect(db.query`${count}`).toReturnRows([{ n: 0 }])
  await writer.run`COMMIT`
  await expect(db.query`SELECT COUNT(*) AS n, SUM(id) AS total FROM measurement`).toReturnRows([
    { n: rows, total: sumOfIds },
  ])
  await expect(db).toPassAdminCheck('measurement')
})

test('20,000 rows of one transaction disappear with its rollback', async ({ db }) => {
  await db.run`${table}`
  await db.run`BEGIN`
  await fill(db)
  await db.run`ROLLBACK`
  await expect(db.query`${count}`).toReturnRows([{ n: 0 }])
  await expect(db).toPassAdminCheck('measurement')
})

test('a statement over 5,000 rows changes all of them, or none when the last one fails', async ({ db }) => {
  await db.run`${table}`
  await db.run`SET SESSION cte_max_recursion_depth = 5000`
  await db.run`INSERT INTO measurement
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 5000) SELECT n, 0 FROM number`
  await expect(db.run`UPDATE measurement SET v = 7`).toAffectRows(5000)
  await expect(db.query`SELECT v, COUNT(*) AS n FROM measurement GROUP BY v`).toReturnRows([{ v: 7, n: 5000 }])
  // Where the last id would move to, there is a row already.
  await db.run`INSERT INTO measurement VALUES (15000, 0)`
  const move = db.run`UPDATE measurement SET id = id + 10000 WHERE id <= 5000`
  await expect(move).toFailWith('ER_DUP_ENTRY')
  await expect(db.query`SELECT COUNT(*) AS n FROM measurement WHERE id <= 5000`).toReturnRows([{ n: 5000 }])
  await expect(db).toPassAdminCheck('measurement')
})
