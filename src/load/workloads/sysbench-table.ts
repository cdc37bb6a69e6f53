import type { Session } from '../../connections/session.ts'
import { loadTable } from '../loader/load-table.ts'
import { writeDigits } from '../random/digits.ts'
import { between } from '../random/random.ts'
import type { PrepareOptions } from '../workload.ts'

export interface SysbenchOptions {
  /** `sbtest1` … ; 1 when not given. */
  readonly tables?: number
  /** Rows of each table; 10,000 when not given. */
  readonly rows?: number
  /** `special`, which has a hot spot, is what sysbench does by default. */
  readonly distribution?: 'special' | 'uniform'
}

/** The tables of sysbench 1.0's oltp scripts, filled. Source: create_table() in its oltp_common.lua. */
export async function prepareSysbench(
  session: Session,
  { tables = 1, rows = 10_000 }: SysbenchOptions,
  options: PrepareOptions = {},
): Promise<void> {
  for (let number = 1; number <= tables; number++) {
    await session.script(`
      CREATE TABLE sbtest${number}(
        id INTEGER NOT NULL AUTO_INCREMENT,
        k INTEGER DEFAULT '0' NOT NULL,
        c CHAR(120) DEFAULT '' NOT NULL,
        pad CHAR(60) DEFAULT '' NOT NULL,
        PRIMARY KEY (id)
      ) /*! ENGINE = innodb */`)
    await loadTable(session, {
      ...options,
      table: `sbtest${number}`,
      columns: ['id', 'k', 'c', 'pad'],
      rows,
      row: (writer, n, random) => {
        writer.plain(String(n + 1))
        writer.plain(String(between(random, 1, rows)))
        writer.filled(119, (bytes, at) => writeDigits(random, bytes, at, 10))
        writer.filled(59, (bytes, at) => writeDigits(random, bytes, at, 5))
      },
    })
    await session.script(`CREATE INDEX k_${number} ON sbtest${number}(k)`)
  }
}
