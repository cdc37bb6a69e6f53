import { expect, test } from 'vitest-tidb'

test('a schema change goes on when the server that carries it out is killed in its midst', async ({ db, cluster }) => {
  await db.script('CREATE TABLE room (id INT PRIMARY KEY); INSERT INTO room VALUES (1)')
  await cluster.moveDdlOwner(1)
  const { guest, builder } = await cluster.sessions({ guest: 2, builder: 2 })
  await guest.run`BEGIN`
  await guest.query`SELECT * FROM room`
  const altering = builder.start`ALTER TABLE room ADD COLUMN beds INT DEFAULT 2`
  await expect(altering).toBeBlockedBy(guest)

  await cluster.kill(1)
  await expect(cluster.ddlOwner()).resolves.toMatchObject({ name: 'tidb-2' })
  await guest.run`COMMIT`
  await altering.result()
  await expect(guest.query`SELECT * FROM room`).toReturnRows([{ id: 1, beds: 2 }])
})

test('ownership of schema changes moves from server to server, and each does its part', async ({ db, cluster }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  for (const { name } of cluster.tidbs) {
    await cluster.moveDdlOwner(name)
    await expect(cluster.ddlOwner()).resolves.toMatchObject({ name })
    await db.run`ALTER TABLE t ADD COLUMN v INT`
    await db.run`ALTER TABLE t DROP COLUMN v`
  }
})
