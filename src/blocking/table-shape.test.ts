import { expect } from 'vitest'
import { test } from '../../fixtures/test.ts'
import type { Session } from '../connections/session.ts'
import { sql } from '../connections/sql.ts'
import { readTable, type TableShape } from './table-shape.ts'

async function shapeOf(db: Session, name: string, definition: string): Promise<TableShape | undefined> {
  await db.run`CREATE TABLE ${sql.id(name)} ${sql.raw(definition)}`
  const [row] = await db.query<{ 'Create Table': string }>`SHOW CREATE TABLE ${sql.id(name)}`
  return readTable('d', row?.['Create Table'] ?? '')
}

test('a table is read from what SHOW CREATE TABLE says', async ({ db }) => {
  const table = await shapeOf(
    db,
    'Odd',
    `(A INT UNSIGNED, b VARCHAR(20) DEFAULT 'x,y(' COMMENT 'it''s \`odd\`', c DECIMAL(10, 2), g INT AS (A + 1),
      at TIMESTAMP, n INT AUTO_INCREMENT, KEY (n),
      PRIMARY KEY (A), UNIQUE KEY uu (b(3), c), KEY k (c), UNIQUE KEY expr ((LOWER(b))), CHECK (c > 0))`,
  )
  expect(table).toEqual({
    database: 'd',
    name: 'odd',
    columns: ['a', 'b', 'c', 'g', 'at', 'n'],
    integers: new Map([
      ['a', true],
      ['g', false],
      ['n', false],
    ]),
    autoIncrement: 'n',
    timestamps: new Set(['at']),
    clustered: ['a'],
    uniqueKeys: [{ name: 'uu', columns: ['b', 'c'], clustered: false }],
    foreignKeys: [],
    partitions: [],
  })
})

test('keys that are not clustered, parents and partitions are read too', async ({ db }) => {
  await db.run`CREATE TABLE parent (a INT, b INT, PRIMARY KEY (a, b))`
  expect(
    await shapeOf(
      db,
      'child',
      '(id INT PRIMARY KEY NONCLUSTERED, x INT, y INT, CONSTRAINT `f k` FOREIGN KEY (x, y) REFERENCES parent (a, b))',
    ),
  ).toMatchObject({
    clustered: undefined,
    uniqueKeys: [{ name: 'PRIMARY', columns: ['id'] }],
    foreignKeys: [{ columns: ['x', 'y'], table: 'parent', referenced: ['a', 'b'] }],
  })
  expect(await shapeOf(db, 'hashed', '(id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3')).toMatchObject({
    partitions: ['p0', 'p1', 'p2'],
  })
  expect(
    await shapeOf(
      db,
      'ranged',
      '(id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION `the rest` VALUES LESS THAN (MAXVALUE))',
    ),
  ).toMatchObject({ partitions: ['low', 'the rest'] })
})
