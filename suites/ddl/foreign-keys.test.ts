import { expect, test } from 'vitest-tidb'

const FAMILY = `CREATE TABLE parent (id INT PRIMARY KEY); INSERT INTO parent VALUES (1), (2);
  CREATE TABLE child (id INT PRIMARY KEY, parent_id INT`

const family = (onDelete: string): string => `${FAMILY},
  CONSTRAINT of_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE ${onDelete});
  INSERT INTO child VALUES (10, 1), (20, 2)`

test('a child needs its parent', async ({ db }) => {
  await db.script(family('RESTRICT'))
  await expect(db.run`INSERT INTO child VALUES (30, 3)`).toFailWith('ER_NO_REFERENCED_ROW_2')
  await expect(db.run`UPDATE child SET parent_id = 3 WHERE id = 10`).toFailWith('ER_NO_REFERENCED_ROW_2')
  await expect(db.run`INSERT INTO child VALUES (30, NULL)`).toAffectRows(1)
})

test('ON DELETE RESTRICT keeps a parent that has children', async ({ db }) => {
  await db.script(family('RESTRICT'))
  await expect(db.run`DELETE FROM parent WHERE id = 1`).toFailWith('ER_ROW_IS_REFERENCED_2')
  await db.run`DELETE FROM child WHERE id = 10`
  await expect(db.run`DELETE FROM parent WHERE id = 1`).toAffectRows(1)
})

test('ON DELETE CASCADE deletes the children too', async ({ db }) => {
  await db.script(family('CASCADE'))
  await db.run`DELETE FROM parent WHERE id = 1`
  await expect(db.query`SELECT id FROM child`).toReturnRows([{ id: 20 }])
  await expect(db).toPassAdminCheck('child')
})

test('ON DELETE SET NULL leaves the children without a parent', async ({ db }) => {
  await db.script(family('SET NULL'))
  await db.run`DELETE FROM parent WHERE id = 1`
  await expect(db.query`SELECT id, parent_id FROM child ORDER BY id`).toReturnRows([
    { id: 10, parent_id: null },
    { id: 20, parent_id: 2 },
  ])
})

test('a table that others refer to can be neither dropped nor truncated', async ({ db }) => {
  await db.script(family('CASCADE'))
  await expect(db.run`DROP TABLE parent`).toFailWith('ER_FK_CANNOT_DROP_PARENT')
  await expect(db.run`TRUNCATE TABLE parent`).toFailWith('ER_TRUNCATE_ILLEGAL_FK')
  await db.run`DROP TABLE child`
  await db.run`DROP TABLE parent`
  await expect(db).not.toHaveTable('parent')
})

test('a foreign key makes the index that it needs, which stays as long as the key', async ({ db }) => {
  await db.script(family('RESTRICT'))
  await expect(db).toHaveIndex('child', { name: 'of_parent', columns: ['parent_id'] })
  await expect(db.run`DROP INDEX of_parent ON child`).toFailWith('ER_DROP_INDEX_FK')
  await db.run`ALTER TABLE child DROP FOREIGN KEY of_parent`
  await db.run`DROP INDEX of_parent ON child`
  await expect(db.run`INSERT INTO child VALUES (30, 3)`).toAffectRows(1)
})

test('a foreign key is refused while a row has no parent', async ({ db }) => {
  await db.script(`${FAMILY}); INSERT INTO child VALUES (10, 7)`)
  const add = () => db.run`ALTER TABLE child ADD CONSTRAINT of_parent FOREIGN KEY (parent_id) REFERENCES parent (id)`
  await expect(add()).toFailWith('ER_NO_REFERENCED_ROW_2')
  await db.run`UPDATE child SET parent_id = 1`
  await add()
  await expect(db.run`UPDATE child SET parent_id = 7`).toFailWith('ER_NO_REFERENCED_ROW_2')
})

test('a session that turns foreign key checks off may write orphans, others may not', async ({ db, sessions }) => {
  await db.script(family('RESTRICT'))
  const { importer } = await sessions('importer')
  await importer.run`SET foreign_key_checks = 0`
  await expect(importer.run`INSERT INTO child VALUES (30, 3)`).toAffectRows(1)
  await expect(db.run`INSERT INTO child VALUES (40, 4)`).toFailWith('ER_NO_REFERENCED_ROW_2')
})
