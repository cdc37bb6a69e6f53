import { expect, test } from 'vitest-tidb'

const patiently = { interval: 20, timeout: 20_000 }

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
