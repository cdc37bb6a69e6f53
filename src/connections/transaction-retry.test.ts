import { describe, expect } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import type { TidbTestError } from '../errors/tidb-test-error.ts'
import { ConnectionPool } from './connection-pool.ts'
import { openSession } from './open-session.ts'
import type { Session } from './session.ts'
import { CuttingProxy } from './testing/cutting-proxy.ts'

const test = tidbTest.extend('proxy', async ({ tidb }, { onCleanup }) => {
  const proxy = await CuttingProxy.before(tidb.endpoint)
  onCleanup(() => proxy[Symbol.asyncDispose]())
  return proxy
})

async function withAccount(db: Session): Promise<void> {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100), (2, 100)`
}

const withdraw = (tx: Session) => tx.run`UPDATE account SET balance = balance - 30 WHERE id = 1`

describe('a transaction with retry', () => {
  test('is done again as a whole after a write conflict, and takes effect once', async ({
    db,
    sessions,
    statements,
  }) => {
    await withAccount(db)
    const { other } = await sessions('other')
    const attempts: number[] = []
    const seen = await db.transaction(
      async (tx, attempt) => {
        attempts.push(attempt)
        const [row] = await tx.query<{ balance: number }>`SELECT balance FROM account WHERE id = 1`
        if (attempt < 3) await other.run`UPDATE account SET balance = balance + 1 WHERE id = 1`
        await withdraw(tx)
        return row?.balance
      },
      { mode: 'optimistic', retry: { seed: 1 } },
    )
    expect(attempts).toEqual([1, 2, 3])
    expect(seen).toBe(102)
    await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 72 }])
    expect(statements.entries.filter(({ sql }) => sql === 'BEGIN OPTIMISTIC')).toHaveLength(3)
  })

  test('two that deadlock both get through', async ({ db, sessions }) => {
    await withAccount(db)
    const { alice, bob } = await sessions('alice', 'bob')
    let met: () => void = () => undefined
    const both = new Promise<void>((resolve) => {
      met = resolve
    })
    let waiting = 0
    const transfer = (from: number, to: number) => async (tx: Session, attempt: number) => {
      await tx.run`UPDATE account SET balance = balance - 10 WHERE id = ${from}`
      if (attempt === 1 && ++waiting === 2) met()
      if (attempt === 1) await both
      await tx.run`UPDATE account SET balance = balance + 10 WHERE id = ${to}`
    }
    const retried: unknown[] = []
    const retry = { onRetry: ({ error }: { error: unknown }) => void retried.push(error) }
    await Promise.all([alice.transaction(transfer(1, 2), { retry }), bob.transaction(transfer(2, 1), { retry })])
    expect(retried.map((error) => (error as TidbTestError).code)).toContain('ER_LOCK_DEADLOCK')
    await expect(db.query`SELECT balance FROM account ORDER BY id`).toReturnRows([{ balance: 100 }, { balance: 100 }])
  })

  test('gives up at its limit, rolled back, with the error that says how often it was tried', async ({
    db,
    sessions,
  }) => {
    await withAccount(db)
    const { other } = await sessions('other')
    const run = db.transaction(
      async (tx) => {
        await tx.query`SELECT balance FROM account WHERE id = 1`
        await other.run`UPDATE account SET balance = balance + 1 WHERE id = 1`
        await withdraw(tx)
      },
      { mode: 'optimistic', retry: { attempts: 2 } },
    )
    const error = (await run.catch((thrown: unknown) => thrown)) as TidbTestError
    expect(error.code).toBe('ER_WRITE_CONFLICT')
    expect(error.message).toMatch(/Tried 2 times in \d+ ms/)
    expect(error.context).toMatchObject({
      operation: 'transaction > statement',
      attempt: 2,
      attempts: 2,
      session: 'db',
    })
    await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 102 }])
  })

  test('without it, the first conflict is final', async ({ db, sessions }) => {
    await withAccount(db)
    const { other } = await sessions('other')
    let attempts = 0
    const run = db.transaction(
      async (tx) => {
        attempts++
        await tx.query`SELECT balance FROM account WHERE id = 1`
        await other.run`UPDATE account SET balance = balance + 1 WHERE id = 1`
        await withdraw(tx)
      },
      { mode: 'optimistic' },
    )
    await expect(run).toFailWith('ER_WRITE_CONFLICT')
    expect(attempts).toBe(1)
  })

  test('is not done again after a permanent error, nor after one of the test itself', async ({ db }) => {
    await withAccount(db)
    let attempts = 0
    const duplicate = db.transaction(
      async (tx) => {
        attempts++
        await tx.run`INSERT INTO account VALUES (1, 0)`
      },
      { retry: true },
    )
    await expect(duplicate).toFailWith('ER_DUP_ENTRY')
    const own = new Error('no such customer')
    await expect(db.transaction(() => (attempts++, Promise.reject(own)), { retry: true })).rejects.toBe(own)
    expect(attempts).toBe(2)
  })

  test('is not done again when the reply of COMMIT was lost: it may have taken effect', async ({ db, proxy }) => {
    await withAccount(db)
    await using far = await openSession({ name: 'far', endpoint: proxy.endpoint, database: db.database ?? '' })
    let attempts = 0
    proxy.cutReplyOf('COMMIT')
    const lost = far.transaction(
      async (tx) => {
        attempts++
        await withdraw(tx)
      },
      { retry: true },
    )
    await expect(lost).toFailWith({ outcome: 'unknown' })
    expect(attempts).toBe(1)
    await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 70 }])
  })

  test('ends on a session whose connection is gone, and says who would go on', async ({ db, proxy }) => {
    await withAccount(db)
    await using far = await openSession({ name: 'far', endpoint: proxy.endpoint, database: db.database ?? '' })
    proxy.cutReplyOf('UPDATE')
    const error: unknown = await far
      .transaction((tx) => withdraw(tx), { retry: true })
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONNECT_LOST', outcome: 'transient', context: { attempt: 1 } })
    expect((error as Error).message).toContain('Not tried again: the connection is gone')
    await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 100 }])
  })

  test('inside another one is not done again by itself', async ({ db, sessions }) => {
    await withAccount(db)
    const { other } = await sessions('other')
    await other.run`BEGIN`
    await withdraw(other)
    let inner = 0
    const run = db.transaction(async (tx) => {
      await tx.run`SET innodb_lock_wait_timeout = 1`
      await tx.transaction((deep) => (inner++, withdraw(deep)), { retry: true })
    })
    await expect(run).rejects.toThrow('Not tried again: a transaction is open around this one')
    expect(inner).toBe(1)
    await other.run`ROLLBACK`
  })
})

describe('a transaction of the connection pool', () => {
  test('survives the loss of its connection on another session, and takes effect once', async ({ db, proxy }) => {
    await withAccount(db)
    const replaced: string[] = []
    const pool = new ConnectionPool({
      size: 1,
      open: (name) => openSession({ name, endpoint: proxy.endpoint, database: db.database ?? '' }),
      onReplace: ({ session, reason }) => replaced.push(`${session}: ${reason}`),
    })
    try {
      proxy.cutReplyOf('UPDATE')
      const used: string[] = []
      await pool.transaction(
        async (tx) => {
          used.push(tx.name)
          await withdraw(tx)
        },
        { retry: true },
      )
      expect(used).toEqual(['pool-1', 'pool-2'])
      expect(replaced).toEqual(['pool-1: its connection was lost'])
      expect(pool.status).toMatchObject({ replaced: 1, free: 1 })
      await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 70 }])
      proxy.cutReplyOf('COMMIT')
      await expect(pool.transaction((tx) => withdraw(tx), { retry: true })).toFailWith({ outcome: 'unknown' })
      await expect(db.query`SELECT balance FROM account WHERE id = 1`).toReturnRows([{ balance: 40 }])
    } finally {
      await pool.close()
    }
  })
})

tidbTest.override('databaseMode', 'transaction')(
  'in a test that is itself a transaction, nothing is done again',
  async ({ db, connectionPool }) => {
    let attempts = 0
    const conflict = Object.assign(new Error('Write conflict'), { errno: 9007 })
    const { StatementError } = await import('../errors/statement-error.ts')
    const fails = () => {
      attempts++
      return Promise.reject(new StatementError(conflict, { sql: 'UPDATE', session: 'db' }))
    }
    await expect(db.transaction(fails, { retry: true })).rejects.toThrow('Not tried again')
    await expect(connectionPool.transaction(fails, { retry: true })).rejects.toThrow('Not tried again')
    expect(attempts).toBe(2)
  },
)
