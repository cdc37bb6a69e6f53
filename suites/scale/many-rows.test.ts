import { expect, sql, test, type Session } from 'vitest-tidb'

const rows = 50_000
const batch = 1_000

async function insertBatch(session: Session, first: number): Promise<void> {
  const values = Array.from({ length: batch }, (_, index) => {
    const id = first + index
    return sql`(${id}, ${id % 10}, ${`name ${id}`})`
  })
  await expect(session.run`INSERT INTO item VALUES ${sql.list(values)}`).toAffectRows(batch)
}

test('50,000 rows that 4 sessions insert in batches are all there', { timeout: 120_000 }, async ({ db, sessions }) => {
  await db.run`CREATE TABLE item (id INT PRIMARY KEY, kind INT, name VARCHAR(32), KEY by_kind (kind))`
  const firsts = Array.from({ length: rows / batch }, (_, index) => index * batch + 1)
  const writers = await sessions(4)
  await Promise.all(
    writers.map(async (writer) => {
      for (let first = firsts.pop(); first !== undefined; first = firsts.pop()) await insertBatch(writer, first)
    }),
  )
  await expect(
    db.query`SELECT COUNT(*) AS n, MIN(id) AS low, MAX(id) AS high, SUM(id) AS total FROM item`,
  ).toReturnRows([{ n: rows, low: 1, high: rows, total: '1250025000' }])
  const kinds = Array.from({ length: 10 }, (_, kind) => ({ kind, n: rows / 10 }))
  await expect(
    db.query`SELECT kind, COUNT(*) AS n FROM item USE INDEX (by_kind) GROUP BY kind ORDER BY kind`,
  ).toReturnRows(kinds)
  await expect(db.query`SELECT name FROM item WHERE id = ${rows}`).toReturnRows([{ name: `name ${rows}` }])

  const deletions = []
  for (;;) {
    const { affectedRows } = await db.run`DELETE FROM item WHERE kind < 5 LIMIT 10000`
    if (affectedRows === 0) break
    deletions.push(affectedRows)
  }
  expect(deletions).toEqual([10_000, 10_000, 5_000])
  await expect(db.query`SELECT COUNT(*) AS n, MIN(kind) AS low FROM item`).toReturnRows([{ n: rows / 2, low: 5 }])
  await expect(db).toPassAdminCheck('item')
})
