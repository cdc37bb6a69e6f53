import { expect, test } from 'vitest-tidb'
import { isUnderWay } from './ddl-jobs.ts'
import { retryOnSchemaChange } from './retry-on-schema-change.ts'

const STOCK = `CREATE TABLE stock (id INT PRIMARY KEY, sku INT, old INT, KEY by_sku (sku));
  INSERT INTO stock VALUES (1, 7, 0), (2, 7, 0)`

test('one ALTER makes several changes', async ({ db }) => {
  await db.script(STOCK)
  await retryOnSchemaChange(
    () => db.run`ALTER TABLE stock
    ADD COLUMN price INT NOT NULL DEFAULT 5, ADD UNIQUE INDEX by_sku_id (sku, id), RENAME INDEX by_sku TO sku, DROP COLUMN old`,
  )
  await expect(db).toHaveIndex('stock', { name: 'by_sku_id', columns: ['sku', 'id'], unique: true })
  await expect(db).toHaveIndex('stock', { name: 'sku', columns: ['sku'] })
  await expect(db.query`SELECT * FROM stock ORDER BY id`).toReturnRows([
    { id: 1, sku: 7, price: 5 },
    { id: 2, sku: 7, price: 5 },
  ])
  await expect(db).toPassAdminCheck('stock')
})

test('an ALTER of which one change fails makes none', async ({ db }) => {
  await db.script(STOCK)
  await expect(
    retryOnSchemaChange(
      () =>
        db.run`ALTER TABLE stock ADD COLUMN price INT DEFAULT 5, ADD UNIQUE INDEX unique_sku (sku), DROP COLUMN old`,
    ),
  ).toFailWith('ER_DUP_ENTRY')
  await expect(db).not.toHaveColumn('stock', 'price')
  await expect(db).not.toHaveIndex('stock', 'unique_sku')
  await expect(db).toHaveColumn('stock', 'old')
})

test('one ALTER does not change a column twice', async ({ db }) => {
  await db.script(STOCK)
  await expect(
    retryOnSchemaChange(() => db.run`ALTER TABLE stock ADD COLUMN price INT, ADD COLUMN price BIGINT`),
  ).toFailWith('ER_UNSUPPORTED_DDL_OPERATION')
  await expect(db).not.toHaveColumn('stock', 'price')
})

test('one ALTER can not index a column that it adds', async ({ db }) => {
  await db.script(STOCK)
  await expect(
    retryOnSchemaChange(() => db.run`ALTER TABLE stock ADD COLUMN price INT, ADD INDEX by_price (price)`),
  ).toFailWith({ errno: 1072 })
  await expect(db).not.toHaveColumn('stock', 'price')
})

test('all changes of one ALTER are seen at once', async ({ db, sessions }) => {
  await db.script(STOCK)
  const { reader, builder } = await sessions('reader', 'builder')
  await reader.run`BEGIN`
  await reader.query`SELECT * FROM stock`
  const altering = builder.start`ALTER TABLE stock ADD COLUMN a INT, ADD COLUMN b INT, ADD INDEX by_old (old)`
  await expect(altering).toBeBlockedBy(reader)
  const seen = new Set<string>()
  const look = async (): Promise<void> => {
    // Not information_schema.columns, which lists columns that are not public yet.
    const [row] = await db.query`SELECT * FROM stock WHERE id = 1`
    seen.add(Object.keys(row ?? {}).join(','))
  }
  await look()
  expect([...seen]).toEqual(['id,sku,old'])
  await reader.run`COMMIT`
  while (isUnderWay(altering)) await look()
  await altering.result()
  await look()
  expect([...seen]).toEqual(['id,sku,old', 'id,sku,old,a,b'])
})
