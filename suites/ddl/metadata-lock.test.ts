import { expect, test } from 'vitest-tidb'

test('a transaction keeps the schema that it began with, and the ALTER waits for it', async ({ db, sessions }) => {
  await db.script('CREATE TABLE room (id INT PRIMARY KEY, beds INT); INSERT INTO room VALUES (1, 2)')
  const { guest, builder } = await sessions('guest', 'builder')
  await guest.run`BEGIN`
  await expect(guest.query`SELECT * FROM room`).toReturnRows([{ id: 1, beds: 2 }])
  const altering = builder.start`ALTER TABLE room ADD COLUMN view VARCHAR(8) DEFAULT 'sea'`
  await expect(altering).toBeBlockedBy(guest)
  await expect(altering).toBeBlockedOn({ kind: 'metadata-lock', table: 'room' })
  await expect(guest.run`INSERT INTO room VALUES (2, 3)`).toAffectRows(1)
  await expect(guest.query`SELECT * FROM room WHERE id = 1`).toReturnRows([{ id: 1, beds: 2 }])
  await expect(altering).toStayBlocked({ for: 50 })

  await guest.run`COMMIT`
  await altering.result()
  await expect(guest.query`SELECT * FROM room ORDER BY id`).toReturnRows([
    { id: 1, beds: 2, view: 'sea' },
    { id: 2, beds: 3, view: 'sea' },
  ])
})

test('a transaction that has not touched the table does not hold up its ALTER', async ({ db, sessions }) => {
  await db.script('CREATE TABLE room (id INT PRIMARY KEY); CREATE TABLE bar (id INT PRIMARY KEY)')
  const { guest } = await sessions('guest')
  await guest.run`BEGIN`
  await guest.run`INSERT INTO bar VALUES (1)`
  await db.run`ALTER TABLE room ADD COLUMN beds INT`
  await expect(db).toHaveColumn('room', 'beds')
  await guest.run`COMMIT`
  await expect(db.query`SELECT id FROM bar`).toReturnRows([{ id: 1 }])
})

test('DROP TABLE waits for a transaction that reads the table, which goes on reading', async ({ db, sessions }) => {
  await db.script('CREATE TABLE room (id INT PRIMARY KEY); INSERT INTO room VALUES (1)')
  const { guest, builder } = await sessions('guest', 'builder')
  await guest.run`BEGIN`
  await guest.query`SELECT * FROM room`
  const dropping = builder.start`DROP TABLE room`
  await expect(dropping).toBeBlockedBy(guest)
  await expect(guest.query`SELECT * FROM room`).toReturnRows([{ id: 1 }])
  await guest.run`ROLLBACK`
  await dropping.result()
  await expect(guest.query`SELECT * FROM room`).toFailWith('ER_NO_SUCH_TABLE')
})
