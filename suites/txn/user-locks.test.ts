import { expect, test } from 'vitest-tidb'

test('GET_LOCK waits for the session that has the lock, and gets it when that releases it', async ({
  db,
  sessions,
}) => {
  const { alice, bob } = await sessions('alice', 'bob')
  const name = `${db.database}.job`
  await expect(alice.query`SELECT GET_LOCK(${name}, 0) AS got`).toReturnRows([{ got: 1 }])
  const waiting = bob.start`SELECT GET_LOCK(${name}, 20) AS got`
  await expect(waiting).toBeBlockedBy(alice)
  await alice.query`SELECT RELEASE_LOCK(${name})`
  await expect(waiting).toReturnRows([{ got: 1 }])
  await expect(alice.query`SELECT RELEASE_LOCK(${name}) AS released`).toReturnRows([{ released: 0 }])
  await bob.query`SELECT RELEASE_LOCK(${name})`
})

test('a user lock outlives COMMIT and ROLLBACK, and ends with its session', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  const name = `${db.database}.job`
  await alice.run`BEGIN`
  await alice.query`SELECT GET_LOCK(${name}, 0)`
  await alice.run`ROLLBACK`
  const waiting = bob.start`SELECT GET_LOCK(${name}, 20) AS got`
  await expect(waiting).toBeBlockedBy(alice)
  await alice.close()
  await expect(waiting).toReturnRows([{ got: 1 }])
  await bob.query`SELECT RELEASE_LOCK(${name})`
})

test('GET_LOCK with no time to wait says at once that the lock is taken', async ({ db, sessions }) => {
  const { alice, bob } = await sessions('alice', 'bob')
  const name = `${db.database}.job`
  await alice.query`SELECT GET_LOCK(${name}, 0)`
  await expect(bob.query`SELECT GET_LOCK(${name}, 0) AS got`).toReturnRows([{ got: 0 }])
  await alice.query`SELECT RELEASE_LOCK(${name})`
  await expect(bob.query`SELECT GET_LOCK(${name}, 0) AS got`).toReturnRows([{ got: 1 }])
  await bob.query`SELECT RELEASE_LOCK(${name})`
})
