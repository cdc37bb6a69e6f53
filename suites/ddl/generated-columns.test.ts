import { expect, test } from 'vitest-tidb'

const ORDER_LINE = `CREATE TABLE order_line (
  id INT PRIMARY KEY, price DECIMAL(10, 2), quantity INT,
  total DECIMAL(12, 2) AS (price * quantity) STORED,
  label VARCHAR(32) AS (CONCAT('line-', id)) VIRTUAL
)`

test('a generated column follows the columns that it is made of', async ({ db }) => {
  await db.script(ORDER_LINE)
  await db.run`INSERT INTO order_line (id, price, quantity) VALUES (1, '2.50', 3)`
  await expect(db.query`SELECT total, label FROM order_line`).toReturnRows([{ total: '7.50', label: 'line-1' }])
  await db.run`UPDATE order_line SET quantity = 4`
  await expect(db.query`SELECT total FROM order_line`).toReturnRows([{ total: '10.00' }])
})

test('a generated column can not be written', async ({ db }) => {
  await db.script(ORDER_LINE)
  await expect(db.run`INSERT INTO order_line (id, total) VALUES (1, 5)`).toFailWith({ errno: 3105 })
  await db.run`INSERT INTO order_line (id, price, quantity) VALUES (1, 1, 1)`
  await expect(db.run`UPDATE order_line SET label = 'mine'`).toFailWith({ errno: 3105 })
  await expect(db.run`INSERT INTO order_line (id, total) VALUES (2, DEFAULT)`).toAffectRows(1)
})

test('an index on a virtual column is used and stays consistent', async ({ db }) => {
  await db.script(`${ORDER_LINE}; INSERT INTO order_line (id, price, quantity) VALUES (1, 1, 1), (2, 2, 2)`)
  await db.run`ALTER TABLE order_line ADD UNIQUE INDEX by_label (label)`
  const found = db.query`SELECT id FROM order_line WHERE label = ${'line-2'}`
  await expect(found).toUseIndex('by_label')
  await expect(found).toReturnRows([{ id: 2 }])
  await db.run`UPDATE order_line SET id = 7 WHERE id = 2`
  await expect(db.query`SELECT id FROM order_line WHERE label = ${'line-7'}`).toReturnRows([{ id: 7 }])
  await expect(db).toPassAdminCheck('order_line')
})

test('a virtual column is taken out of a JSON document', async ({ db }) => {
  await db.run`CREATE TABLE event (id INT PRIMARY KEY, body JSON,
    kind VARCHAR(16) AS (JSON_UNQUOTE(JSON_EXTRACT(body, '$.kind'))), KEY by_kind (kind))`
  await db.run`INSERT INTO event (id, body) VALUES (1, ${JSON.stringify({ kind: 'login' })}), (2, '{}')`
  await expect(db.query`SELECT id, kind FROM event ORDER BY id`).toReturnRows([
    { id: 1, kind: 'login' },
    { id: 2, kind: null },
  ])
  await expect(db.query`SELECT id FROM event WHERE kind = 'login'`).toUseIndex('by_kind')
})

test('a column that a generated one is made of can be neither dropped nor renamed', async ({ db }) => {
  await db.script(ORDER_LINE)
  await expect(db.run`ALTER TABLE order_line DROP COLUMN price`).toFailWith('ER_DEPENDENT_BY_GENERATED_COLUMN')
  await expect(db.run`ALTER TABLE order_line RENAME COLUMN price TO cost`).toFailWith({ errno: 3108 })
  await expect(db).toHaveColumn('order_line', 'price')
})

test('a virtual column can be added to a filled table, a stored one can not', async ({ db }) => {
  await db.script(`${ORDER_LINE}; INSERT INTO order_line (id, price, quantity) VALUES (1, 1, 5)`)
  await db.run`ALTER TABLE order_line ADD COLUMN doubled INT AS (quantity * 2) VIRTUAL`
  await expect(db.query`SELECT doubled FROM order_line`).toReturnRows([{ doubled: 10 }])
  await expect(db.run`ALTER TABLE order_line ADD COLUMN tripled INT AS (quantity * 3) STORED`).toFailWith(
    'ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN',
  )
  await expect(db).not.toHaveColumn('order_line', 'tripled')
})
