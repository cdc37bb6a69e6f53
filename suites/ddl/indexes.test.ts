import { expect, test } from 'vitest-tidb'

test('a unique index is refused while rows hold a value twice, and nothing of it stays', async ({ db }) => {
  await db.script('CREATE TABLE person (id INT PRIMARY KEY, code INT); INSERT INTO person VALUES (1, 7), (2, 7)')
  await expect(db.run`ALTER TABLE person ADD UNIQUE INDEX by_code (code)`).toFailWith({
    name: 'ER_DUP_ENTRY',
    message: "Duplicate entry '7' for key 'person.by_code'",
  })
  await expect(db).not.toHaveIndex('person', 'by_code')
  await expect(db.run`INSERT INTO person VALUES (3, 7)`).toAffectRows(1)
  await expect(db).toPassAdminCheck('person')
})

test('an index on several columns serves the leftmost of them', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, family INT, given INT, note INT, KEY by_name (family, given))`
  await expect(db.query`SELECT note FROM person WHERE family = 1`).toUseIndex('by_name')
  await expect(db.query`SELECT note FROM person WHERE family = 1 AND given = 2`).toUseIndex('by_name')
  await expect(db.query`SELECT note FROM person WHERE given = 2`).not.toUseIndex('by_name')
})

test('an invisible index is kept up to date but not read, until it is made visible', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, code INT, UNIQUE KEY by_code (code) INVISIBLE)`
  await db.run`INSERT INTO person VALUES (1, 7)`
  await expect(db.run`INSERT INTO person VALUES (2, 7)`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query`SELECT id FROM person WHERE code = 7`).not.toUseIndex('by_code')
  await db.run`ALTER TABLE person ALTER INDEX by_code VISIBLE`
  await expect(db.query`SELECT id FROM person WHERE code = 7`).toUseIndex('by_code')
  await expect(db.query`SELECT id FROM person WHERE code = 7`).toReturnRows([{ id: 1 }])
})

test('an index on an expression finds rows by that expression', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, email VARCHAR(64))`
  await db.run`INSERT INTO person VALUES (1, ${'Ann@Example.com'}), (2, ${'bob@example.com'})`
  await db.run`ALTER TABLE person ADD INDEX by_email ((LOWER(email)))`
  await expect(db).toHaveIndex('person', { name: 'by_email', columns: ['lower(email)'] })
  const found = db.query`SELECT id FROM person WHERE LOWER(email) = ${'ann@example.com'}`
  await expect(found).toUseIndex('by_email')
  await expect(found).toReturnRows([{ id: 1 }])
})

test('a unique index on a prefix compares no more than the prefix', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(64), UNIQUE KEY by_name (name(3)))`
  await expect(db).toHaveIndex('person', { name: 'by_name', columns: ['name(3)'], unique: true })
  await db.run`INSERT INTO person VALUES (1, 'Annabel')`
  await expect(db.run`INSERT INTO person VALUES (2, 'Annika')`).toFailWith('ER_DUP_ENTRY')
  await expect(db.run`INSERT INTO person VALUES (2, 'Andrea')`).toAffectRows(1)
})

test('an index on the members of a JSON array finds the rows that hold one', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, teams JSON, KEY by_team ((CAST(teams AS UNSIGNED ARRAY))))`
  await db.run`INSERT INTO person VALUES (1, '[1, 3]'), (2, '[2]'), (3, '[3, 4]')`
  const found = db.query`SELECT id FROM person WHERE 3 MEMBER OF (teams) ORDER BY id`
  await expect(found).toUseIndex('by_team')
  await expect(found).toReturnRows([{ id: 1 }, { id: 3 }])
})

test('an index that is renamed is read under its new name, and a dropped one no more', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, code INT, KEY by_code (code))`
  await db.run`ALTER TABLE person RENAME INDEX by_code TO person_code`
  await expect(db).not.toHaveIndex('person', 'by_code')
  await expect(db.query`SELECT id FROM person WHERE code = 7`).toUseIndex('person_code')
  await db.run`DROP INDEX person_code ON person`
  await expect(db.query`SELECT id FROM person WHERE code = 7`).not.toUseIndex('person_code')
  await expect(db.run`DROP INDEX person_code ON person`).toFailWith('ER_CANT_DROP_FIELD_OR_KEY')
})

test('a table does not take two indexes of one name', async ({ db }) => {
  await db.run`CREATE TABLE person (id INT PRIMARY KEY, code INT, age INT, KEY by_code (code))`
  await expect(db.run`CREATE INDEX by_code ON person (age)`).toFailWith('ER_DUP_KEYNAME')
  await expect(db).toHaveIndex('person', { name: 'by_code', columns: ['code'] })
})

test('a primary key can be dropped when rows are not stored by it, and only then', async ({ db }) => {
  await db.run`CREATE TABLE stored_by_key (id INT, PRIMARY KEY (id) CLUSTERED)`
  await db.run`CREATE TABLE stored_apart (id INT, PRIMARY KEY (id) NONCLUSTERED)`
  await expect(db.run`ALTER TABLE stored_by_key DROP PRIMARY KEY`).toFailWith('ER_UNSUPPORTED_DDL_OPERATION')
  await db.run`ALTER TABLE stored_apart DROP PRIMARY KEY`
  await expect(db).not.toHaveIndex('stored_apart', 'PRIMARY')
  await expect(db.run`INSERT INTO stored_apart VALUES (1), (1)`).toAffectRows(2)
})
