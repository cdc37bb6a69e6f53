import { expect, test } from 'vitest-tidb'

test('a server that is added while a schema change runs works with the changed schema', async ({ db, cluster }) => {
  await db.script('CREATE TABLE room (id INT PRIMARY KEY); INSERT INTO room VALUES (1)')
  const { guest, builder } = await cluster.sessions({ guest: 1, builder: 2 })
  await guest.run`BEGIN`
  await guest.query`SELECT * FROM room`
  const altering = builder.start`ALTER TABLE room ADD COLUMN beds INT DEFAULT 2`
  await expect(altering).toBeBlockedBy(guest)

  const added = await cluster.addTidb()
  const newcomer = await cluster.session('newcomer', { on: added.name })
  await expect(newcomer.run`INSERT INTO room (id) VALUES (2)`).toAffectRows(1)
  await guest.run`COMMIT`
  // A server that came while a job was under way tells that it has seen its step when it next reads the schema.
  await db.run`CREATE TABLE other (id INT PRIMARY KEY)`
  await altering.result()
  await expect(newcomer.query`SELECT * FROM room ORDER BY id`).toReturnRows([
    { id: 1, beds: 2 },
    { id: 2, beds: 2 },
  ])
})
