import { expect, sql, test, type Session } from 'vitest-tidb'

const rows = 20_000

/** Ids in steps of 3, from 3 on; `big` is beyond what a JavaScript number can hold exactly. */
async function fillNumbers(db: Session): Promise<void> {
  await db.run`CREATE TABLE number (id INT PRIMARY KEY, big BIGINT NOT NULL, price DECIMAL(30, 10) NOT NULL)`
  await db.run`SET SESSION cte_max_recursion_depth = ${rows}`
  await db.run`
    INSERT INTO number
    WITH RECURSIVE counter (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counter WHERE n < ${rows})
    SELECT n * 3, 9007199254740993 + n, n + 0.0000000001 FROM counter`
}

test('20,000 rows come back exact and in order', { timeout: 120_000 }, async ({ db }) => {
  await fillNumbers(db)
  const found = await db.query`SELECT id, big, price FROM number ORDER BY id`
  expect(found).toHaveLength(rows)
  const wrong = found.filter((row, index) => {
    const n = index + 1
    return (
      row['id'] !== n * 3 || row['big'] !== 9_007_199_254_740_993n + BigInt(n) || row['price'] !== `${n}.0000000001`
    )
  })
  expect(wrong).toEqual([])
})

test('an IN list of 5,000 values finds the rows that exist', { timeout: 120_000 }, async ({ db }) => {
  await fillNumbers(db)
  const wanted = Array.from({ length: 5_000 }, (_, index) => index + 1)
  const found = await db.query<{ id: number }>`SELECT id FROM number WHERE id IN (${sql.list(wanted)}) ORDER BY id`
  expect(found.map((row) => row.id)).toEqual(wanted.filter((id) => id % 3 === 0))
  await expect(db.run`DELETE FROM number WHERE id IN (${sql.list(wanted)})`).toAffectRows(1_666)
  await expect(db.query`SELECT MIN(id) AS first, COUNT(*) AS n FROM number`).toReturnRows([
    { first: 5_001, n: rows - 1_666 },
  ])
})

test('a join of 20,000 rows with themselves finds each once', { timeout: 120_000 }, async ({ db }) => {
  await fillNumbers(db)
  await expect(db.query`
    SELECT COUNT(*) AS n, SUM(a.id) AS total FROM number AS a JOIN number AS b ON a.big = b.big WHERE b.id % 2 = 0
  `).toReturnRows([{ n: rows / 2, total: '300030000' }])
})
