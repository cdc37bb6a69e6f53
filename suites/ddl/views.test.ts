import { expect, sql, test } from 'vitest-tidb'
import { openAs } from './accounts.ts'

test('a view shows the rows of this moment, and is no table', async ({ db }) => {
  await db.script('CREATE TABLE pet (id INT PRIMARY KEY, age INT); INSERT INTO pet VALUES (1, 3), (2, 12)')
  await db.run`CREATE VIEW old_pet AS SELECT id FROM pet WHERE age > 10`
  await expect(db).not.toHaveTable('old_pet')
  await expect(db.query`SELECT id FROM old_pet`).toReturnRows([{ id: 2 }])
  await db.run`UPDATE pet SET age = 11 WHERE id = 1`
  await expect(db.query`SELECT id FROM old_pet ORDER BY id`).toReturnRows([{ id: 1 }, { id: 2 }])
})

test('a view is read only', async ({ db }) => {
  await db.script('CREATE TABLE pet (id INT PRIMARY KEY); CREATE VIEW any_pet AS SELECT id FROM pet')
  await expect(db.run`INSERT INTO any_pet VALUES (1)`).toFailWith({ message: 'insert into view' })
  await expect(db.run`UPDATE any_pet SET id = 2`).toFailWith('ER_NON_UPDATABLE_TABLE')
  await expect(db.query`SELECT * FROM pet`).toReturnNothing()
})

test('CREATE OR REPLACE gives a view another query', async ({ db }) => {
  await db.script('CREATE TABLE pet (id INT PRIMARY KEY); INSERT INTO pet VALUES (1), (2)')
  await db.run`CREATE VIEW first_pet AS SELECT MIN(id) AS id FROM pet`
  await expect(db.run`CREATE VIEW first_pet AS SELECT MAX(id) AS id FROM pet`).toFailWith('ER_TABLE_EXISTS_ERROR')
  await db.run`CREATE OR REPLACE VIEW first_pet AS SELECT MAX(id) AS id FROM pet`
  await expect(db.query`SELECT id FROM first_pet`).toReturnRows([{ id: 2 }])
})

test('a view fails while a column that it needs is missing, and works again when it is back', async ({ db }) => {
  await db.script('CREATE TABLE pet (id INT PRIMARY KEY, age INT); CREATE VIEW age AS SELECT age FROM pet')
  await db.run`ALTER TABLE pet RENAME COLUMN age TO years`
  await expect(db.query`SELECT * FROM age`).toFailWith('ER_VIEW_INVALID')
  await db.run`ALTER TABLE pet RENAME COLUMN years TO age`
  await expect(db.query`SELECT * FROM age`).toReturnNothing()
})

test('a view of its definer shows rows to an account that must not read the table', async ({ db, tidb }) => {
  await db.script('CREATE TABLE pet (id INT PRIMARY KEY, chip INT); INSERT INTO pet VALUES (1, 815)')
  await db.run`CREATE SQL SECURITY DEFINER VIEW public_pet AS SELECT id FROM pet`
  await db.run`CREATE SQL SECURITY INVOKER VIEW private_pet AS SELECT id FROM pet`
  const user = `${db.database}_vet`
  await db.run`CREATE USER ${sql.id(user)} IDENTIFIED BY 'woof'`
  for (const view of ['public_pet', 'private_pet']) {
    await db.run`GRANT SELECT ON ${sql.id(`${db.database}.${view}`)} TO ${sql.id(user)}`
  }
  await using vet = await openAs(tidb, { user, password: 'woof', database: db.database })
  await expect(vet.query`SELECT * FROM public_pet`).toReturnRows([{ id: 1 }])
  await expect(vet.query`SELECT * FROM private_pet`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
  await expect(vet.query`SELECT * FROM pet`).toFailWith('ER_TABLEACCESS_DENIED_ERROR')
})
