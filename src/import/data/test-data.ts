import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { seededRandom } from '../../resilience/seeded-random.ts'
import { formatOf, lineOf, type FormatOption } from '../file-format.ts'
import { wrong, type Column } from './column.ts'

export interface TestDataOptions {
  readonly rows: number
  /** The same seed gives the same bytes, on every machine. */
  readonly seed: number
  /** By name, in the order in which they are written. Each draws from numbers of its own: another one changes none. */
  readonly columns: Readonly<Record<string, Column>>
}

const CHUNK = 65_536

/** Rows that are made when they are read, so any number of them takes no memory. They can be read again and again. */
export class TestData implements Iterable<readonly (string | null)[]> {
  readonly rows: number
  readonly seed: number
  /** Names of the columns. */
  readonly columns: readonly string[]
  readonly #columns: readonly Column[]

  /** @throws ImportError `IMPORT_OPTION` */
  constructor({ rows, seed, columns }: TestDataOptions) {
    if (!Number.isInteger(rows) || rows < 0) throw wrong(`rows is ${rows}; it must be a whole number from 0 on`)
    if (!Number.isInteger(seed)) throw wrong(`seed is ${seed}; it must be a whole number`)
    this.rows = rows
    this.seed = seed
    this.columns = Object.keys(columns)
    this.#columns = Object.values(columns)
    if (this.columns.length === 0) throw wrong('test data needs at least one column')
    for (const [name, column] of Object.entries(columns)) column.check?.(name, rows)
  }

  *[Symbol.iterator](): Iterator<readonly (string | null)[]> {
    const { rows } = this
    const draws = this.#columns.map((column, index) => ({
      column,
      random: seededRandom(Math.imul(this.seed, 0x9e3779b1) + Math.imul(index + 1, 0x85ebca6b)),
    }))
    for (let row = 0; row < rows; row++) yield draws.map(({ column, random }) => column.cell({ random, row, rows }))
  }

  /** The bytes of a file, UTF-8, in chunks of about 64 KB; `header` puts the names of the columns before the rows. */
  *chunks(format: FormatOption = 'csv', { header = false } = {}): Iterable<Buffer> {
    const given = formatOf(format)
    let lines = header ? lineOf(this.columns, given) : ''
    for (const cells of this) {
      lines += lineOf(cells, given)
      if (lines.length < CHUNK) continue
      yield Buffer.from(lines)
      lines = ''
    }
    if (lines !== '') yield Buffer.from(lines)
  }

  /** The same as a stream, which makes no more than its reader takes. */
  stream(format: FormatOption = 'csv', options: { readonly header?: boolean } = {}): Readable {
    return Readable.from(this.chunks(format, options), { objectMode: true, highWaterMark: 1 })
  }

  /** Writes a file, over one that is there. */
  async writeTo(
    path: string,
    format: FormatOption = 'csv',
    options: { readonly header?: boolean } = {},
  ): Promise<void> {
    await pipeline(this.stream(format, options), createWriteStream(path))
  }
}
