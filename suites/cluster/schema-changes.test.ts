import { expect, sql, test } from 'vitest-tidb'

test('a schema change on one server is seen on every other', async ({ db, cluster }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const sessions = await Promise.all(cluster.tidbs.map(({ name }) => cluster.session(name, { on: name })))
  for (const [index, session] of sessions.entries()) {
    await session.run`ALTER TABLE t ADD COLUMN ${sql.id(`c${index}`)} INT`
    for (const reader of sessions) await expect(reader).toHaveColumn('t', `c${index}`)
  }
})

test('a transaction on one server holds up an ALTER on another by its metadata lock', async ({ db, cluster }) => {
  await db.script('CREATE TABLE room (id INT PRIMARY KEY, beds INT); INSERT INTO room VALUES (1, 2)')
  const { guest, builder } = await cluster.sessions({ guest: 1, builder: 2 })
  await guest.run`BEGIN`
  await guest.query`SELECT * FROM room`
  const altering = builder.start`ALTER TABLE room ADD COLUMN view VARCHAR(8) DEFAULT 'sea'`
  await expect(altering).toBeBlockedBy(guest)
  await expect(altering).toBeBlockedOn({ kind: 'metadata-lock', table: 'room' })
  await guest.run`COMMIT`
  await altering.result()
  await expect(guest.query`SELECT * FROM room`).toReturnRows([{ id: 1, beds: 2, view: 'sea' }])
})
