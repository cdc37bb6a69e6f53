import { describe } from 'vitest'
import { expect, isStatementError, test, type Retry, type Session } from 'vitest-tidb'

const ACCOUNTS = 4
const TELLERS = 4
const TRANSFERS = 8

async function openBank(db: Session): Promise<void> {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT)`
  await db.run`CREATE TABLE journal (teller INT, transfer INT, PRIMARY KEY (teller, transfer))`
  for (let id = 0; id < ACCOUNTS; id++) await db.run`INSERT INTO account VALUES (${id}, 100)`
}

/** Always the same accounts, in an order in which tellers meet: each takes them round in its own direction. */
function accountsOf(teller: number, transfer: number): readonly [from: number, to: number] {
  const from = (teller + transfer) % ACCOUNTS
  return [from, (from + (teller % 2 === 0 ? 1 : ACCOUNTS - 1)) % ACCOUNTS]
}

/** Each call waits until all have come. */
function meetingOf(all: number): () => Promise<void> {
  let come = 0
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  return () => {
    if (++come === all) begin()
    return begun
  }
}

describe.for(['pessimistic', 'optimistic'] as const)('%s transactions that conflict', (mode) => {
  test('each take effect exactly once when they are tried again', async ({ db, connectionPool }) => {
    await openBank(db)
    const retries: Retry[] = []
    const retry = { attempts: 50, onRetry: (each: Retry) => void retries.push(each) }
    const work = Array.from({ length: TELLERS }, async (_, teller) => {
      for (let transfer = 0; transfer < TRANSFERS; transfer++) {
        const [from, to] = accountsOf(teller, transfer)
        await connectionPool.transaction(
          async (tx) => {
            await tx.run`INSERT INTO journal VALUES (${teller}, ${transfer})`
            const [row] = await tx.query<{ balance: number }>`SELECT balance FROM account WHERE id = ${from} FOR UPDATE`
            await tx.run`UPDATE account SET balance = ${(row?.balance ?? 0) - 10} WHERE id = ${from}`
            await tx.run`UPDATE account SET balance = balance + 10 WHERE id = ${to}`
          },
          { mode, retry },
        )
      }
    })
    await Promise.all(work)
    await expect(db.query`SELECT CAST(SUM(balance) AS SIGNED) AS total FROM account`).toReturnRows([
      { total: ACCOUNTS * 100 },
    ])
    await expect(db.query`SELECT COUNT(*) AS transfers FROM journal`).toReturnRows([{ transfers: TELLERS * TRANSFERS }])
    for (const { error } of retries) expect(isStatementError(error) && error.outcome).toBe('transient')
    expect(connectionPool.status).toMatchObject({ waiting: 0, replaced: 0 })
  })
})

test('two tellers who meet crosswise deadlock, and both come through', async ({ db, sessions }) => {
  await openBank(db)
  const { left, right } = await sessions('left', 'right')
  const meeting = meetingOf(2)
  const retries: Retry[] = []
  const transfer = (session: Session, from: number, to: number) =>
    session.transaction(
      async (tx, attempt) => {
        await tx.run`UPDATE account SET balance = balance - 10 WHERE id = ${from}`
        if (attempt === 1) await meeting()
        await tx.run`UPDATE account SET balance = balance + 10 WHERE id = ${to}`
      },
      { retry: { onRetry: (each) => void retries.push(each) } },
    )
  await Promise.all([transfer(left, 0, 1), transfer(right, 1, 0)])
  expect(retries.map(({ error }) => isStatementError(error) && error.symbol)).toContain('ER_LOCK_DEADLOCK')
  await expect(db.query`SELECT balance FROM account WHERE id < 2`).toReturnRows([{ balance: 100 }, { balance: 100 }])
})
