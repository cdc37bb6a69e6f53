import { digits } from '../random/digits.ts'
import { between, type Random } from '../random/random.ts'
import { special } from '../random/special.ts'
import type { LoadConnection } from '../wire/load-connection.ts'
import type { LoadProgram } from '../program.ts'
import type { SysbenchOptions } from './sysbench-table.ts'

/** How many statements of each kind a transaction has. The defaults are sysbench's. */
export interface SysbenchTransactionOptions extends SysbenchOptions {
  readonly pointSelects?: number
  readonly simpleRanges?: number
  readonly sumRanges?: number
  readonly orderRanges?: number
  readonly distinctRanges?: number
  readonly indexUpdates?: number
  readonly nonIndexUpdates?: number
  readonly deleteInserts?: number
  /** Rows of a range; 100 when not given. */
  readonly rangeSize?: number
}

/** Statements and their order as in sysbench 1.0.20's oltp_common.lua: each kind draws a table, and each statement an id. */
class Sysbench {
  readonly #options: Required<SysbenchTransactionOptions>
  readonly #texts = new Map<string, string[]>()

  constructor(options: SysbenchTransactionOptions) {
    this.#options = {
      tables: 1,
      rows: 10_000,
      distribution: 'special',
      pointSelects: 10,
      simpleRanges: 1,
      sumRanges: 1,
      orderRanges: 1,
      distinctRanges: 1,
      indexUpdates: 1,
      nonIndexUpdates: 1,
      deleteInserts: 1,
      rangeSize: 100,
      ...options,
    }
  }

  async points(connection: LoadConnection, random: Random, count = this.#options.pointSelects): Promise<void> {
    const text = this.#onTable(random, 'SELECT c FROM sbtest%u WHERE id=?')
    for (let n = 0; n < count; n++) await connection.execute(text, [this.#id(random)])
  }

  async ranges(connection: LoadConnection, random: Random): Promise<void> {
    const { simpleRanges, sumRanges, orderRanges, distinctRanges } = this.#options
    const kinds: [number, string][] = [
      [simpleRanges, 'SELECT c FROM sbtest%u WHERE id BETWEEN ? AND ?'],
      [sumRanges, 'SELECT SUM(k) FROM sbtest%u WHERE id BETWEEN ? AND ?'],
      [orderRanges, 'SELECT c FROM sbtest%u WHERE id BETWEEN ? AND ? ORDER BY c'],
      [distinctRanges, 'SELECT DISTINCT c FROM sbtest%u WHERE id BETWEEN ? AND ? ORDER BY c'],
    ]
    for (const [count, template] of kinds) {
      const text = this.#onTable(random, template)
      for (let n = 0; n < count; n++) {
        const id = this.#id(random)
        await connection.execute(text, [id, id + this.#options.rangeSize - 1])
      }
    }
  }

  async indexUpdates(connection: LoadConnection, random: Random): Promise<void> {
    const text = this.#onTable(random, 'UPDATE sbtest%u SET k=k+1 WHERE id=?')
    for (let n = 0; n < this.#options.indexUpdates; n++) await connection.execute(text, [this.#id(random)])
  }

  async otherWrites(connection: LoadConnection, random: Random): Promise<void> {
    const update = this.#onTable(random, 'UPDATE sbtest%u SET c=? WHERE id=?')
    for (let n = 0; n < this.#options.nonIndexUpdates; n++) {
      await connection.execute(update, [digits(random, 10), this.#id(random)])
    }
    const removal = this.#onTable(random, 'DELETE FROM sbtest%u WHERE id=?')
    const insertion = removal.replace(/DELETE FROM (\S+).*/, 'INSERT INTO $1 (id, k, c, pad) VALUES (?, ?, ?, ?)')
    for (let n = 0; n < this.#options.deleteInserts; n++) {
      const id = this.#id(random)
      const row = [id, this.#id(random), digits(random, 10), digits(random, 5)]
      await connection.execute(removal, [id])
      await connection.execute(insertion, row)
    }
  }

  insert(connection: LoadConnection, random: Random): Promise<number> {
    const head = this.#onTable(random, 'INSERT INTO sbtest%u (id, k, c, pad) VALUES (')
    return connection.query(`${head}0, ${this.#id(random)}, '${digits(random, 10)}', '${digits(random, 5)}')`)
  }

  #id(random: Random): number {
    const { distribution, rows } = this.#options
    return distribution === 'special' ? special(random, 1, rows) : between(random, 1, rows)
  }

  #onTable(random: Random, template: string): string {
    let texts = this.#texts.get(template)
    if (texts === undefined) {
      texts = Array.from({ length: this.#options.tables }, (_, index) => template.replace('%u', String(index + 1)))
      this.#texts.set(template, texts)
    }
    return texts[texts.length === 1 ? 0 : between(random, 0, texts.length - 1)] as string
  }
}

export function oltpPointSelect(options: SysbenchOptions): LoadProgram {
  const sysbench = new Sysbench(options)
  return { step: (connection, random) => sysbench.points(connection, random, 1) }
}

export function oltpReadOnly(options: SysbenchTransactionOptions): LoadProgram {
  const sysbench = new Sysbench(options)
  return {
    async step(connection, random) {
      await connection.execute('BEGIN')
      await sysbench.points(connection, random)
      await sysbench.ranges(connection, random)
      await connection.execute('COMMIT')
    },
  }
}

export function oltpReadWrite(options: SysbenchTransactionOptions): LoadProgram {
  const sysbench = new Sysbench(options)
  return {
    async step(connection, random) {
      await connection.execute('BEGIN')
      await sysbench.points(connection, random)
      await sysbench.ranges(connection, random)
      await sysbench.indexUpdates(connection, random)
      await sysbench.otherWrites(connection, random)
      await connection.execute('COMMIT')
    },
  }
}

export function oltpUpdateIndex(options: SysbenchTransactionOptions): LoadProgram {
  const sysbench = new Sysbench(options)
  return { step: (connection, random) => sysbench.indexUpdates(connection, random) }
}

export function oltpInsert(options: SysbenchOptions): LoadProgram {
  const sysbench = new Sysbench(options)
  return { step: (connection, random) => sysbench.insert(connection, random) }
}
