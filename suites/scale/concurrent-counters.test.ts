import { expect, StatementError, test, type Session } from 'vitest-tidb'

const writers = 16
const increments = 20

async function makeCounters(db: Session, counters: number): Promise<void> {
  await db.run`CREATE TABLE counter (id INT PRIMARY KEY, v INT NOT NULL)`
  for (let id = 0; id < counters; id++) await db.run`INSERT INTO counter VALUES (${id}, 0)`
}

test('16 sessions that count up one row lose no increment', { timeout: 120_000 }, async ({ db, sessions }) => {
  await makeCounters(db, 1)
  const all = await sessions(writers)
  await Promise.all(
    all.map(async (session) => {
      for (let n = 0; n < increments; n++) {
        await session.transaction((tx) => tx.run`UPDATE counter SET v = v + 1 WHERE id = 0`, { mode: 'pessimistic' })
      }
    }),
  )
  await expect(db.query`SELECT v FROM counter`).toReturnRows([{ v: writers * increments }])
})

test(
  'optimistic sessions that repeat what conflicts lose no increment',
  { timeout: 120_000 },
  async ({ db, sessions }) => {
    await makeCounters(db, 4)
    const all = await sessions(8)
    const increment = async (session: Session, id: number): Promise<void> => {
      await session.transaction(
        async (tx) => {
          const [read] = await tx.query<{ v: number }>`SELECT v FROM counter WHERE id = ${id}`
          await tx.run`UPDATE counter SET v = ${read!.v + 1} WHERE id = ${id}`
        },
        { mode: 'optimistic' },
      )
    }
    await Promise.all(
      all.map(async (session, writer) => {
        for (let n = 0; n < increments;) {
          try {
            await increment(session, (writer + n) % 4)
            n++
          } catch (error) {
            if (!(error instanceof StatementError) || error.errno !== 9007) throw error
          }
        }
      }),
    )
    await expect(db.query`SELECT SUM(v) AS total, MIN(v) AS low, MAX(v) AS high FROM counter`).toReturnRows([
      { total: String(8 * increments), low: 2 * increments, high: 2 * increments },
    ])
  },
)

test(
  'transfers between 20 accounts by 8 sessions all take place, each once',
  { timeout: 120_000 },
  async ({ db, sessions }) => {
    await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)`
    const balances = Array.from({ length: 20 }, () => 100)
    for (const [id, balance] of balances.entries()) await db.run`INSERT INTO account VALUES (${id}, ${balance})`
    const all = await sessions(8)
    await Promise.all(
      all.map(async (session, teller) => {
        for (let n = 0; n < increments; n++) {
          const [from, to] = [(teller * 3 + n) % 20, (teller + n * n + 1) % 20]
          balances[from]! -= 1
          balances[to]! += 1
          await session.transaction(
            async (tx) => {
              // Locked in the order of ids, so that no two transfers can wait for each other.
              await tx.query`SELECT id FROM account WHERE id = ${Math.min(from, to)} FOR UPDATE`
              await tx.query`SELECT id FROM account WHERE id = ${Math.max(from, to)} FOR UPDATE`
              await tx.run`UPDATE account SET balance = balance - 1 WHERE id = ${from}`
              await tx.run`UPDATE account SET balance = balance + 1 WHERE id = ${to}`
            },
            { mode: 'pessimistic' },
          )
        }
      }),
    )
    expect(balances.some((balance) => balance !== 100)).toBe(true)
    await expect(db.query`SELECT id, balance FROM account ORDER BY id`).toReturnRows(
      balances.map((balance, id) => ({ id, balance })),
    )
  },
)
