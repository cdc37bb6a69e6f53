import { expect, test } from 'vitest-tidb'

const patiently = { interval: 20, timeout: 20_000 }

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
  await altering.result()
  await expect(newcomer.query`SELECT * FROM room ORDER BY id`).toReturnRows([
    { id: 1, beds: 2 },
    { id: 2, beds: 2 },
  ])
})

test('without metadata locks, a server that was cut off may not commit with the old schema', async ({
  db,
  cluster,
}) => {
  await cluster.moveDdlOwner(1)
  await db.run`CREATE TABLE room (id INT PRIMARY KEY, beds INT)`
  await db.run`SET GLOBAL tidb_enable_metadata_lock = OFF`
  const { guest, observer } = await cluster.sessions({ guest: 2, observer: 2 })
  await expect
    .poll(() => observer.query`SELECT @@GLOBAL.tidb_enable_metadata_lock AS locks`, patiently)
    .toEqual([{ locks: 0 }])
  await guest.run`BEGIN OPTIMISTIC`
  await guest.run`INSERT INTO room VALUES (2, 3)`
  await cluster.pause(2)
  // Whoever is silent for as long as its leases last is no longer waited for.
  await cluster.expire(2)
  await db.run`ALTER TABLE room DROP COLUMN beds`
  await cluster.resume(2)
  await expect
    .poll(
      () =>
        observer.query`SELECT COUNT(*) AS n FROM information_schema.columns WHERE table_name = 'room' AND table_schema = DATABASE()`,
      patiently,
    )
    .toEqual([{ n: 1 }])
  await expect(guest.run`COMMIT`).toFailWith({ errno: 8028, outcome: 'transient' })
  await expect(db.query`SELECT * FROM room`).toReturnNothing()
})
