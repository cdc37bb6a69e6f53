import { expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { openSession } from '../connections/open-session.ts'
import { Secret } from '../logging/secret.ts'
import { observed, observerAt, shortly, waitOf } from './testing/observed.ts'

const test = tidbTest.extend('observed', observed)

const unique = (): string => `lock of ${process.pid} at ${performance.now()}`

test('GET_LOCK is blocked by the session that has the lock', async ({ observed: { observer, alice, bob } }) => {
  const name = unique()
  await alice.query`SELECT GET_LOCK(${name}, 1)`
  const taking = bob.start`SELECT GET_LOCK(${name}, 30) AS taken`
  expect(shortly(await waitOf(observer, taking))).toEqual(['user-lock', `user lock '${name}'`, ['alice'], 'user lock'])
  await alice.query`SELECT RELEASE_LOCK(${name})`
  expect(await taking.result()).toEqual([{ taken: 1 }])
  await bob.query`SELECT RELEASE_LOCK(${name})`
})

test('who has taken a lock twice holds it until it has released it twice', async ({
  observed: { observer, alice, bob, carol },
}) => {
  const name = unique()
  await alice.query`SELECT GET_LOCK(${name}, 1)`
  await alice.query`SELECT GET_LOCK(${name}, 1)`
  await alice.query`SELECT RELEASE_LOCK(${name})`
  const taking = bob.start`SELECT GET_LOCK(${name}, 30)`
  expect((await waitOf(observer, taking)).blockers).toMatchObject([{ name: 'alice' }])
  await alice.query`SELECT RELEASE_LOCK(${name})`
  await taking.result()
  const next = carol.start`SELECT GET_LOCK(${name.toUpperCase()}, 30)`
  expect((await waitOf(observer, next)).blockers).toMatchObject([{ name: 'bob' }])
  await bob.query`SELECT RELEASE_ALL_LOCKS()`
  await next.result()
})

test('a lock that somebody else has blocks, and nobody is named', async ({ tidb, observed: { observer, bob } }) => {
  const name = unique()
  await using stranger = await openSession({ name: 'stranger', endpoint: tidb.endpoint })
  await stranger.query`SELECT GET_LOCK(${name}, 1)`
  const taking = bob.start`SELECT GET_LOCK(${name}, 30)`
  expect(await waitOf(observer, taking)).toMatchObject({ kind: 'user-lock', blockers: [], candidates: [] })
  await stranger.close()
  await taking.result()
})

test('a wait shows by its age where the observer may not ask who has the lock', async ({
  db,
  tidb,
  observed: { alice, bob },
}) => {
  await db.run`CREATE USER unprivileged IDENTIFIED BY 'pw'`
  const endpoint = { ...tidb.endpoint, user: 'unprivileged', password: new Secret('pw') }
  const observer = observerAt(endpoint, () => [alice, bob])
  try {
    const name = unique()
    await alice.query`SELECT GET_LOCK(${name}, 1)`
    const taking = bob.start`SELECT GET_LOCK(${name}, 30)`
    expect(shortly(await waitOf(observer, taking))).toEqual(['user-lock', `user lock '${name}'`, [], 'age'])
    await alice.query`SELECT RELEASE_LOCK(${name})`
    await taking.result()
  } finally {
    await observer.close()
    await db.run`DROP USER unprivileged`
  }
})

test('a lock that nobody has is taken at once', async ({ observed: { observer, bob } }) => {
  const taking = bob.start`SELECT GET_LOCK(${unique()}, 30)`
  expect(await observer.endedOrBlocked(taking)).toEqual({ status: 'done' })
})
