import { describe } from 'vitest'
import { expect, isStatementError, outcomeOfError, test, type FaultsFixture, type Session } from 'vitest-tidb'

async function openAccount(db: Session): Promise<void> {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT)`
  await db.run`CREATE TABLE journal (transfer VARCHAR(16) PRIMARY KEY)`
  await db.run`INSERT INTO account VALUES (1, 100)`
}

/** Takes 30 from the account, and says so in the journal. */
function withdraw(session: Session, transfer: string): PromiseLike<unknown> {
  return session.transaction(async (tx) => {
    await tx.run`INSERT INTO journal VALUES (${transfer})`
    await tx.run`UPDATE account SET balance = balance - 30 WHERE id = 1`
  })
}

test('a COMMIT whose reply is lost is neither success nor failure', async ({ db, faults }) => {
  await openAccount(db)
  const { teller } = await faults.sessions('teller')
  await faults.loseReply({ of: 'COMMIT' }, async () => {
    await expect(teller.transaction((tx) => tx.run`UPDATE account SET balance = 70 WHERE id = 1`)).toFailWith({
      outcome: 'unknown',
    })
  })
  expect(teller.status).toBe('lost')
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
})

test('a COMMIT that never got to the server looks the same, and did nothing', async ({ db, faults }) => {
  await openAccount(db)
  const { teller } = await faults.sessions('teller')
  await faults.dropRequest({ of: 'COMMIT' }, async () => {
    await expect(teller.transaction((tx) => tx.run`UPDATE account SET balance = 70 WHERE id = 1`)).toFailWith({
      outcome: 'unknown',
    })
  })
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 100 }])
})

describe('an unknown outcome is resolved by reading back', () => {
  const losses = {
    'after the server had committed': (faults: FaultsFixture, body: () => Promise<void>) =>
      faults.loseReply({ of: 'COMMIT' }, body),
    'before the server was asked to': (faults: FaultsFixture, body: () => Promise<void>) =>
      faults.dropRequest({ of: 'COMMIT' }, body),
  }
  test.for(Object.entries(losses))('when the connection was lost %s', async ([, lose], { db, faults }) => {
    await openAccount(db)
    const { first, second } = await faults.sessions('first', 'second')
    await lose(faults, async () => {
      await expect(withdraw(first, 't-1')).rejects.toMatchObject({ outcome: 'unknown' })
    })
    const done = await second.query`SELECT 1 FROM journal WHERE transfer = 't-1'`
    if (done.length === 0) await withdraw(second, 't-1')
    await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
    await expect(db.query`SELECT transfer FROM journal`).toReturnRows([{ transfer: 't-1' }])
  })
})

test('a retry never doubles an effect: an unknown outcome is not tried again', async ({ db, faults }) => {
  await openAccount(db)
  const attempts: number[] = []
  await faults.loseReply({ of: 'COMMIT' }, async () => {
    const transfer = faults.connectionPool.transaction(
      async (tx, attempt) => {
        attempts.push(attempt)
        await tx.run`UPDATE account SET balance = balance - 30 WHERE id = 1`
      },
      { retry: { attempts: 5, firstDelay: 1 } },
    )
    await expect(transfer).rejects.toMatchObject({ code: 'CONNECT_LOST', outcome: 'unknown' })
  })
  expect(attempts).toEqual([1])
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
})

describe('a transaction whose connection is lost before its COMMIT is tried again, and takes effect once', () => {
  test.for(['INSERT', 'UPDATE'])('lost at its %s', async (of, { db, faults }) => {
    await openAccount(db)
    const attempts: number[] = []
    await faults.loseReply({ of }, () =>
      faults.connectionPool.transaction(
        async (tx, attempt) => {
          attempts.push(attempt)
          await tx.run`INSERT INTO journal VALUES ('t-1')`
          await tx.run`UPDATE account SET balance = balance - 30 WHERE id = 1`
        },
        { retry: { firstDelay: 1 } },
      ),
    )
    expect(attempts).toEqual([1, 2])
    await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
    await expect(db.query`SELECT COUNT(*) AS n FROM journal`).toReturnRows([{ n: 1 }])
  })
})

test('what a lost statement may have done decides its outcome', async ({ db, faults }) => {
  await openAccount(db)
  const { reader, writer } = await faults.sessions('reader', 'writer')
  await faults.loseReply({ of: 'SELECT' }, async () => {
    await expect(reader.query`SELECT balance FROM account`).toFailWith({ name: 'CONNECT_LOST', outcome: 'transient' })
  })
  const failure = await faults.loseReply({ of: /journal/, by: 'close' }, () =>
    writer.run`INSERT INTO journal VALUES ('t-1')`.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )
  expect(isStatementError(failure) && failure.errno).toBe(0)
  expect(outcomeOfError(failure)).toBe('unknown')
  await expect(db.query`SELECT COUNT(*) AS n FROM journal`).toReturnRows([{ n: 1 }])
})
