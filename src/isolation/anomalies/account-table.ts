/** The accounts of a pair: two that are there, and two that steps may add. */
export type Account = 'x' | 'y' | 'z' | 'w'

const ACCOUNTS: readonly Account[] = ['x', 'y', 'z', 'w']
const ROWS_PER_INSERT = 1_000

/**
 * The table of the catalogue: `account (id, value)`, with so many pairs of an account x of value 10 and an account y of
 * value 20. Every step does the same to all pairs, so that each of them may show the anomaly.
 */
export class AccountTable {
  readonly pairs: number

  constructor(pairs: number) {
    if (!Number.isSafeInteger(pairs) || pairs < 1) throw new RangeError(`${pairs} pairs of accounts`)
    this.pairs = pairs
  }

  /** Makes the table where it is not there, and brings it to its first state. */
  get setup(): string[] {
    const rows = [...this.#rows('x', 10), ...this.#rows('y', 20)]
    const inserts: string[] = []
    for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
      inserts.push(`INSERT INTO account VALUES ${rows.slice(from, from + ROWS_PER_INSERT).join(', ')}`)
    }
    const table = 'CREATE TABLE IF NOT EXISTS account (id BIGINT PRIMARY KEY, value INT NOT NULL)'
    return [table, 'DELETE FROM account', ...inserts]
  }

  /** The condition that is true for one account of each pair; with one pair a point. */
  is(account: Account): string {
    const [from, to] = this.#ids(account)
    return from === to ? `id = ${from}` : `id BETWEEN ${from} AND ${to}`
  }

  /** Adds an account to each pair. */
  insert(account: 'z' | 'w', value: number): string {
    return `INSERT INTO account VALUES ${this.#rows(account, value).join(', ')}`
  }

  /** Which account of which pair, counted from 0, has this id. */
  locate(id: number): { readonly pair: number; readonly account: Account | undefined } {
    return { pair: (id - 1) % this.pairs, account: ACCOUNTS[Math.floor((id - 1) / this.pairs)] }
  }

  #ids(account: Account): [number, number] {
    const block = ACCOUNTS.indexOf(account)
    return [block * this.pairs + 1, (block + 1) * this.pairs]
  }

  #rows(account: Account, value: number): string[] {
    const [from] = this.#ids(account)
    return Array.from({ length: this.pairs }, (_, pair) => `(${from + pair}, ${value})`)
  }
}
