import { expect, test } from 'vitest-tidb'
import { retryOnSchemaChange } from './retry-on-schema-change.ts'

test('a column that is added with a default has it in the rows that were there before', async ({ db }) => {
  await db.script('CREATE TABLE item (id INT PRIMARY KEY); INSERT INTO item VALUES (1), (2)')
  await db.run`ALTER TABLE item ADD COLUMN price DECIMAL(10, 2) NOT NULL DEFAULT 9.90`
  await expect(db).toHaveColumn('item', { name: 'price', type: 'decimal(10,2)', nullable: false, default: '9.90' })
  await expect(db.query`SELECT id, price FROM item ORDER BY id`).toReturnRows([
    { id: 1, price: '9.90' },
    { id: 2, price: '9.90' },
  ])
})

test('a default that is changed is that of later rows only', async ({ db }) => {
  await db.script(`CREATE TABLE item (id INT PRIMARY KEY, status VARCHAR(8) DEFAULT 'draft')`)
  await db.run`INSERT INTO item (id) VALUES (1)`
  await db.run`ALTER TABLE item ALTER COLUMN status SET DEFAULT 'live'`
  await db.run`INSERT INTO item (id) VALUES (2)`
  await expect(db.query`SELECT id, status FROM item ORDER BY id`).toReturnRows([
    { id: 1, status: 'draft' },
    { id: 2, status: 'live' },
  ])
})

test('FIRST and AFTER decide where columns stand', async ({ db }) => {
  await db.script('CREATE TABLE item (b INT, d INT); INSERT INTO item VALUES (2, 4)')
  await db.run`ALTER TABLE item ADD COLUMN a INT DEFAULT 1 FIRST`
  await db.run`ALTER TABLE item ADD COLUMN c INT DEFAULT 3 AFTER b`
  const [row] = await db.query`SELECT * FROM item`
  expect(Object.entries(row ?? {})).toEqual([
    ['a', 1],
    ['b', 2],
    ['c', 3],
    ['d', 4],
  ])
})

test('a change of type converts the values that are there', async ({ db }) => {
  await db.script(`CREATE TABLE item (id INT PRIMARY KEY, code VARCHAR(16)); INSERT INTO item VALUES (1, '042')`)
  await retryOnSchemaChange(() => db.run`ALTER TABLE item MODIFY COLUMN code BIGINT`)
  await expect(db).toHaveColumn('item', { name: 'code', type: 'bigint' })
  await expect(db.query`SELECT code FROM item`).toReturnRows([{ code: 42 }])
})

test('a type that is too narrow for a value is refused, and the column stays as it was', async ({ db }) => {
  await db.script(
    `CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(64), stock INT); INSERT INTO item VALUES (1, 'anvil', 300)`,
  )
  await expect(retryOnSchemaChange(() => db.run`ALTER TABLE item MODIFY COLUMN name VARCHAR(2)`)).toFailWith(
    'WARN_DATA_TRUNCATED',
  )
  await expect(retryOnSchemaChange(() => db.run`ALTER TABLE item MODIFY COLUMN stock TINYINT`)).toFailWith(
    'ER_DATA_OUT_OF_RANGE',
  )
  await expect(db).toHaveColumn('item', { name: 'name', type: 'varchar(64)' })
  await expect(db).toHaveColumn('item', { name: 'stock', type: 'int' })
  await expect(db.query`SELECT * FROM item`).toReturnRows([{ id: 1, name: 'anvil', stock: 300 }])
})

test('NOT NULL is refused while a row holds NULL', async ({ db }) => {
  await db.script('CREATE TABLE item (id INT PRIMARY KEY, stock INT); INSERT INTO item VALUES (1, NULL)')
  await expect(retryOnSchemaChange(() => db.run`ALTER TABLE item MODIFY COLUMN stock INT NOT NULL`)).toFailWith(
    'WARN_DATA_TRUNCATED',
  )
  await expect(db).toHaveColumn('item', { name: 'stock', nullable: true })
  await db.run`UPDATE item SET stock = 0`
  await retryOnSchemaChange(() => db.run`ALTER TABLE item MODIFY COLUMN stock INT NOT NULL`)
  await expect(db).toHaveColumn('item', { name: 'stock', nullable: false })
})

test('a column that is renamed takes its index with it', async ({ db }) => {
  await db.script('CREATE TABLE item (id INT PRIMARY KEY, sku CHAR(8), KEY by_sku (sku))')
  await db.run`ALTER TABLE item RENAME COLUMN sku TO article`
  await expect(db).toHaveIndex('item', { name: 'by_sku', columns: ['article'] })
  await expect(db.query`SELECT id FROM item WHERE article = 'x'`).toUseIndex('by_sku')
  await expect(db.query`SELECT sku FROM item`).toFailWith('ER_BAD_FIELD_ERROR')
})

test('a dropped column takes an index of its own with it, but one that it shares forbids the drop', async ({ db }) => {
  await db.script('CREATE TABLE item (id INT PRIMARY KEY, a INT, b INT, c INT, KEY by_a (a), KEY by_b_c (b, c))')
  await db.run`ALTER TABLE item DROP COLUMN a`
  await expect(db).not.toHaveIndex('item', 'by_a')
  await expect(db.run`ALTER TABLE item DROP COLUMN b`).toFailWith('ER_UNSUPPORTED_DDL_OPERATION')
  await expect(db).toHaveIndex('item', { name: 'by_b_c', columns: ['b', 'c'] })
})

test('a table does not take a column twice, drop one that it has not, or lose its last one', async ({ db }) => {
  await db.run`CREATE TABLE item (id INT)`
  await expect(db.run`ALTER TABLE item ADD COLUMN ID BIGINT`).toFailWith('ER_DUP_FIELDNAME')
  await expect(db.run`ALTER TABLE item DROP COLUMN missing`).toFailWith('ER_CANT_DROP_FIELD_OR_KEY')
  await expect(db.run`ALTER TABLE item DROP COLUMN id`).toFailWith('ER_CANT_REMOVE_ALL_FIELDS')
  await expect(db).toHaveColumn('item', { name: 'id', type: 'int' })
})

test('integer columns hold the ends of their range exactly, and nothing beyond', async ({ db }) => {
  await db.run`CREATE TABLE item (id INT PRIMARY KEY, small BIGINT, large BIGINT UNSIGNED)`
  const [least, most] = [-(2n ** 63n), 2n ** 64n - 1n]
  await db.run`INSERT INTO item VALUES (1, ${least}, ${most})`
  await expect(db.query`SELECT small, large FROM item`).toReturnRows([{ small: least, large: most }])
  await expect(db.run`INSERT INTO item VALUES (2, 0, ${most + 1n})`).toFailWith('ER_WARN_DATA_OUT_OF_RANGE')
})
