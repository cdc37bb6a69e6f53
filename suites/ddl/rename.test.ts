import { expect, test } from 'vitest-tidb'

const TWO = `CREATE TABLE live (id INT PRIMARY KEY, v INT, KEY by_v (v)); INSERT INTO live VALUES (1, 10);
  CREATE TABLE next (id INT PRIMARY KEY, v INT, KEY by_v (v)); INSERT INTO next VALUES (2, 20)`

test('a table that is renamed keeps rows, indexes and AUTO_INCREMENT', async ({ db }) => {
  await db.script('CREATE TABLE draft (id INT PRIMARY KEY AUTO_INCREMENT, v INT, KEY by_v (v))')
  const { insertId: first } = await db.run`INSERT INTO draft (v) VALUES (7)`
  await db.run`RENAME TABLE draft TO final`
  await expect(db).not.toHaveTable('draft')
  await expect(db).toHaveIndex('final', { name: 'by_v', columns: ['v'] })
  const { insertId: second } = await db.run`INSERT INTO final (v) VALUES (8)`
  expect(second).toBeGreaterThan(first)
  await expect(db.query`SELECT v FROM final ORDER BY id`).toReturnRows([{ v: 7 }, { v: 8 }])
  await expect(db).toPassAdminCheck('final')
})

test('one RENAME TABLE swaps two tables', async ({ db }) => {
  await db.script(TWO)
  await db.run`RENAME TABLE live TO before, next TO live, before TO next`
  await expect(db.query`SELECT * FROM live`).toReturnRows([{ id: 2, v: 20 }])
  await expect(db.query`SELECT * FROM next`).toReturnRows([{ id: 1, v: 10 }])
  await expect(db).not.toHaveTable('before')
})

test('a RENAME TABLE of which one part fails renames nothing', async ({ db }) => {
  await db.script(TWO)
  await expect(db.run`RENAME TABLE live TO before, missing TO live`).toFailWith('ER_NO_SUCH_TABLE')
  await expect(db.run`RENAME TABLE live TO before, before TO next`).toFailWith('ER_TABLE_EXISTS_ERROR')
  await expect(db).not.toHaveTable('before')
  await expect(db.query`SELECT * FROM live`).toReturnRows([{ id: 1, v: 10 }])
  await expect(db.query`SELECT * FROM next`).toReturnRows([{ id: 2, v: 20 }])
})

test('a reader finds one table or the other under the name while two are swapped', async ({ db, sessions }) => {
  await db.script(TWO)
  const { swapper } = await sessions('swapper')
  const seen = new Set<unknown>()
  for (let swap = 1; swap <= 4; swap++) {
    const swapping = swapper.start`RENAME TABLE live TO before, next TO live, before TO next`
    do {
      const rows = await db.query`SELECT v FROM live`
      expect(rows).toHaveLength(1)
      seen.add(rows[0]?.['v'])
    } while (swapping.status === 'running')
    await swapping.result()
    await expect(db.query`SELECT v FROM live`).toReturnRows([{ v: swap % 2 === 1 ? 20 : 10 }])
  }
  expect([...seen].every((v) => v === 10 || v === 20)).toBe(true)
})
