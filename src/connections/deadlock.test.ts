import { describe, expect } from 'vitest'
import { test } from '../../fixtures/test.ts'
import { StatementError } from '../errors/statement-error.ts'
import { Secret } from '../logging/secret.ts'
import { openSession } from './open-session.ts'
import type { Session } from './session.ts'

/** Each session locks its own row and then wants the row of the next one, until one of them is told of the deadlock. */
async function deadlocked(
  locking: readonly Session[],
  wanted: (session: Session, next: number) => PromiseLike<unknown>,
): Promise<StatementError> {
  for (const [index, session] of locking.entries()) {
    await session.run`BEGIN PESSIMISTIC`
    await session.run`UPDATE pair SET v = 1 WHERE id = ${index}`
  }
  const errors: unknown[] = []
  const told = Promise.withResolvers<void>()
  const goOn = async (session: Session, index: number): Promise<void> => {
    try {
      await wanted(session, (index + 1) % locking.length)
    } catch (error) {
      errors.push(error)
      told.resolve()
    }
    // Who ends at once has no transaction any more by which the victim could know them.
    await told.promise
    await session.run`ROLLBACK`
  }
  await Promise.all(locking.map(goOn))
  expect(errors).toHaveLength(1)
  const [error] = errors
  if (!(error instanceof StatementError)) throw error
  return error
}

const update = (session: Session, id: number) => session.run`UPDATE pair SET v = 2 WHERE id = ${id}`

const paired = test.extend('pair', async ({ db }) => {
  await db.run`CREATE TABLE pair (id INT PRIMARY KEY, name VARCHAR(20) UNIQUE, v INT)`
  await db.run`INSERT INTO pair VALUES (0, 'zero', 0), (1, 'it''s one', 0), (2, 'two', 0)`
})

describe('the victim of a deadlock', () => {
  paired('is told the cycle, from its own wait on', async ({ pair, sessions }) => {
    void pair
    const { alice, bob } = await sessions('alice', 'bob')
    const error = await deadlocked([alice, bob], update)
    const [first, second] = error.session === 'alice' ? ['alice', 'bob'] : ['bob', 'alice']
    const [wanted, own] = first === 'alice' ? [1, 0] : [0, 1]
    const sql = 'update `pair` set `v` = ? where `id` = ?'
    expect(error.deadlock).toEqual([
      { waiting: first, holding: second, key: `row pair(${wanted})`, sql },
      { waiting: second, holding: first, key: `row pair(${own})`, sql },
    ])
    expect(error.message.split('\n').slice(2)).toEqual([
      `  ${first} waits for ${second} on row pair(${wanted}): ${sql}`,
      `  ${second} waits for ${first} on row pair(${own}): ${sql}`,
    ])
    expect(error.stack).toContain(`${first} waits for ${second}`)
  })

  paired('is told a cycle of three in order, and unique keys by their values', async ({ pair, sessions }) => {
    void pair
    const three = await sessions('alice', 'bob', 'carol')
    const names = ['zero', "it's one", 'two']
    const locking = Object.values(three)
    const error = await deadlocked(
      locking,
      (session, next) => session.query`SELECT id FROM pair WHERE name = ${names[next] ?? ''} FOR UPDATE`,
    )
    const order = ['alice', 'bob', 'carol']
    const from = order.indexOf(error.session)
    const at = (step: number) => order[(from + step) % 3]
    const expected = [0, 1, 2].map((step) => ({
      waiting: at(step),
      holding: at(step + 1),
      key: expect.stringMatching(/^(?:row pair\(\d\)|unique key pair\.name\('(?:zero|it''s one|two)'\))$/),
    }))
    expect(error.deadlock).toMatchObject(expected)
  })

  paired('sees nobody in the place of a session of others', async ({ pair, tidb, db, sessions }) => {
    void pair
    const { alice } = await sessions('alice')
    await using other = await openSession({ name: 'stranger', endpoint: tidb.endpoint, database: db.database ?? '' })
    const error = await deadlocked([alice, other], update)
    const names = new Set(error.deadlock?.flatMap(({ waiting, holding }) => [waiting, holding]))
    const expected =
      error.session === 'alice'
        ? ['alice', `connection ${other.connectionId}`]
        : ['stranger', `connection ${alice.connectionId}`]
    expect([...names].toSorted()).toEqual(expected.toSorted())
  })

  test('without the privilege to see the cycle, is told so, and nothing worse happens', async ({ db, tidb }) => {
    await db.run`CREATE TABLE pair (id INT PRIMARY KEY, v INT)`
    await db.run`INSERT INTO pair VALUES (0, 0), (1, 0)`
    await db.run`CREATE USER deadlocked IDENTIFIED BY 'x'`
    await db.script(`GRANT ALL ON ${db.database}.* TO deadlocked`)
    const endpoint = { ...tidb.endpoint, user: 'deadlocked', password: new Secret('x') }
    const open = (name: string) => openSession({ name, endpoint, database: db.database ?? '' })
    await using one = await open('one')
    await using two = await open('two')
    const error = await deadlocked([one, two], update)
    expect(error.errno).toBe(1213)
    expect(error).not.toHaveProperty('deadlock')
    expect(error.message).toMatch(/\n  Its cycle could not be read: .*PROCESS/)
  })
})
