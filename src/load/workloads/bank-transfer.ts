import type { Session } from '../../connections/session.ts'
import { loadTable } from '../loader/load-table.ts'
import { between } from '../random/random.ts'
import type { LoadProgram } from '../program.ts'
import type { PrepareOptions } from '../workload.ts'

export interface BankOptions {
  /** 1,000 when not given. */
  readonly accounts?: number
  /** What each account begins with; 1,000 when not given. */
  readonly balance?: number
}

const ACCOUNTS = 1_000
const BALANCE = 1_000

export async function prepareBank(
  session: Session,
  { accounts = ACCOUNTS, balance = BALANCE }: BankOptions,
  options: PrepareOptions = {},
): Promise<void> {
  await session.run`CREATE TABLE bank_account (id INT PRIMARY KEY, balance BIGINT NOT NULL)`
  await loadTable(session, {
    ...options,
    table: 'bank_account',
    columns: ['id', 'balance'],
    rows: accounts,
    row: (writer, n) => {
      writer.plain(String(n + 1))
      writer.plain(String(balance))
    },
  })
}

/** Money moves from one account to another, when there is enough; both rows are locked first, in the order of their keys. */
export function bankTransfer({ accounts = ACCOUNTS }: BankOptions): LoadProgram {
  return {
    async step(connection, random) {
      const from = between(random, 1, accounts)
      const to = 1 + ((from - 1 + between(random, 1, Math.max(1, accounts - 1))) % accounts)
      const amount = between(random, 1, 100)
      await connection.execute('BEGIN PESSIMISTIC')
      const rows = await connection.rows('SELECT id, balance FROM bank_account WHERE id IN (?, ?) FOR UPDATE', [
        from,
        to,
      ])
      const balance = rows.find(([id]) => id === from)?.[1]
      if (Number(balance) >= amount) {
        await connection.execute('UPDATE bank_account SET balance = balance - ? WHERE id = ?', [amount, from])
        await connection.execute('UPDATE bank_account SET balance = balance + ? WHERE id = ?', [amount, to])
      }
      await connection.execute('COMMIT')
    },
  }
}

/** No money is made or lost, and no account is overdrawn. */
export async function checkBank(
  session: Session,
  { accounts = ACCOUNTS, balance = BALANCE }: BankOptions,
): Promise<string[]> {
  const [found] = await session.query<{ total: string; accounts: number; lowest: number }>`
    SELECT CAST(SUM(balance) AS CHAR) AS total, COUNT(*) AS accounts, MIN(balance) AS lowest FROM bank_account`
  const violations: string[] = []
  const total = BigInt(accounts) * BigInt(balance)
  if (BigInt(found?.total ?? 0) !== total)
    violations.push(`all balances together are ${found?.total}, and were ${total}`)
  if (found?.accounts !== accounts) violations.push(`there are ${found?.accounts} accounts, and were ${accounts}`)
  if (found !== undefined && found.lowest < 0)
    violations.push(`an account is overdrawn: its balance is ${found.lowest}`)
  return violations
}
