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
  await expect(db.query`SELECT COUNT(*) AS n, SUM(id) AS total FROM measurement`).toReturnRows([{ n: rows, total: sumOfIds }])
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

test('20,000 rows are updated by one statement, or none when one of them fails', async ({ db }) => {
  await db.run`${table}`
  await db.transaction(fill)
  await expect(db.run`UPDATE measurement SET v = v + 1000`).toAffectRows(rows)
  await expect(db.query`SELECT MIN(v) AS low, MAX(v) AS high FROM measurement`).toReturnRows([{ low: 1000, high: 1096 }])
  // The last row in the order of ids has no room to move to.
  await db.run`INSERT INTO measurement VALUES (${rows + 100_000}, 0)`
  const move = db.run`UPDATE measurement SET id = id + 100000 WHERE id <= ${rows}`
  await expect(move).toFailWith('ER_DUP_ENTRY')
  await expect(db.query`SELECT COUNT(*) AS n FROM measurement WHERE id <= ${rows}`).toReturnRows([{ n: rows }])
  await expect(db).toPassAdminCheck('measurement')
})
