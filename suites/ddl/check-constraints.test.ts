import { expect, test } from 'vitest-tidb'

test('a check constraint is left out with a warning while the server does not enable it', async ({
  db,
  tidb,
  skip,
}) => {
  skip(tidb.features.checkConstraints, 'this server enables check constraints for everybody')
  const { warnings } = await db.run`CREATE TABLE person (id INT, age INT, CONSTRAINT adult CHECK (age >= 18))`
  expect(warnings).toEqual([{ code: 1105, message: 'tidb_enable_check_constraint is off' }])
  await expect(db.run`INSERT INTO person VALUES (1, 5)`).toAffectRows(1)
})

test.describe('on a server that enables check constraints', () => {
  test.override('databaseMode', 'server')

  test.beforeEach(({ tidb, skip }) => {
    skip(tidb.grant.sharing === 'shared', 'a GLOBAL variable is not set on a server that others use')
  })

  test.beforeEach(async ({ db }) => {
    await db.run`SET GLOBAL tidb_enable_check_constraint = ON`
  })

  test('a row that violates a check constraint is refused, with the name of the constraint', async ({ db }) => {
    await db.run`CREATE TABLE person (id INT PRIMARY KEY, age INT, CONSTRAINT adult CHECK (age >= 18))`
    await db.run`INSERT INTO person VALUES (1, 18), (2, NULL)`
    await expect(db.run`INSERT INTO person VALUES (3, 17)`).toFailWith({
      name: 'ER_CHECK_CONSTRAINT_VIOLATED',
      message: "'adult'",
    })
    await expect(db.run`UPDATE person SET age = 17`).toFailWith('ER_CHECK_CONSTRAINT_VIOLATED')
    await expect(db.query`SELECT id, age FROM person ORDER BY id`).toReturnRows([
      { id: 1, age: 18 },
      { id: 2, age: null },
    ])
  })

  test('a check constraint is added or enforced only when every row satisfies it', async ({ db }) => {
    await db.run`CREATE TABLE person (id INT PRIMARY KEY, age INT, CONSTRAINT adult CHECK (age >= 18) NOT ENFORCED)`
    await expect(db.run`INSERT INTO person VALUES (1, 5)`).toAffectRows(1)
    await expect(db.run`ALTER TABLE person ALTER CONSTRAINT adult ENFORCED`).toFailWith('ER_CHECK_CONSTRAINT_VIOLATED')
    await expect(db.run`ALTER TABLE person ADD CONSTRAINT teen CHECK (age >= 13)`).toFailWith(
      'ER_CHECK_CONSTRAINT_VIOLATED',
    )
    await db.run`UPDATE person SET age = 20`
    await db.run`ALTER TABLE person ALTER CONSTRAINT adult ENFORCED`
    await expect(db.run`UPDATE person SET age = 5`).toFailWith('ER_CHECK_CONSTRAINT_VIOLATED')
  })

  test('a check constraint compares columns of a row, and ends with its drop', async ({ db }) => {
    await db.run`CREATE TABLE stay (id INT PRIMARY KEY, arrival INT, departure INT,
      CONSTRAINT in_order CHECK (arrival < departure))`
    await expect(db.run`INSERT INTO stay VALUES (1, 5, 4)`).toFailWith('ER_CHECK_CONSTRAINT_VIOLATED')
    await db.run`ALTER TABLE stay DROP CONSTRAINT in_order`
    await expect(db.run`INSERT INTO stay VALUES (1, 5, 4)`).toAffectRows(1)
  })
})
