import { escapeId } from 'mysql2'
import type { Session } from '../../connections/session.ts'
import { DatabaseError } from '../../errors/database-error.ts'
import { randomOf, type Random } from '../random/random.ts'
import { LoadConnection } from '../wire/load-connection.ts'
import { framed } from '../wire/text-command.ts'
import type { PrepareOptions } from '../workload.ts'
import { RowWriter } from './row-writer.ts'

/** Bytes of one INSERT: about 2,500 rows of sysbench's table. Larger ones take TiDB longer for each row. */
const BATCH_BYTES = 512 * 1024
/** Rows of one INSERT of tiny rows, so that a transaction stays small. */
const BATCH_ROWS = 5_000
const SESSIONS = 4

export interface TableLoad extends PrepareOptions {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: number
  /** Writes the values of row `n`, from 0 on, in the order of the columns. Rows of one batch come in order. */
  readonly row: (writer: RowWriter, n: number, random: Random) => void
}

/**
 * Fills a table by several sessions at once, each with INSERTs of many rows that are written as the packets that are sent.
 * Each INSERT is a transaction; one that fails ends the loading.
 *
 * @returns how many rows were inserted
 * @throws StatementError; DatabaseError `DATABASE_MODE` when the session is in a transaction that others don't see
 */
export async function loadTable(session: Session, load: TableLoad): Promise<number> {
  if (session.insideTransaction) {
    throw new DatabaseError(
      'DATABASE_MODE',
      'a load needs sessions that see its rows, and this test runs in one transaction',
      {
        remedy: "Give the test the mode 'database': test.extend('databaseMode', 'database').",
      },
    )
  }
  const { table, columns, rows, onProgress, seed = 1 } = load
  const head = `INSERT INTO ${escapeId(table)} (${columns.map((column) => escapeId(column)).join(', ')}) VALUES `
  // A batch is found by measuring the first rows: later ones differ little.
  const batch = Math.min(BATCH_ROWS, rowsFor(BATCH_BYTES, load))
  const batches = Math.ceil(rows / batch)
  let next = 0
  let inserted = 0
  const insertBatches = async (name: string): Promise<void> => {
    const connection = await LoadConnection.open({
      endpoint: session.endpoint,
      ...(session.database === undefined ? {} : { database: session.database }),
      connectTimeout: 30_000,
      name,
    })
    const writer = new RowWriter(BATCH_BYTES)
    try {
      for (let index = next++; index < batches; index = next++) {
        writeBatch(writer, head, load, { first: index * batch, end: Math.min(rows, (index + 1) * batch) }, seed)
        await connection.sendPackets(framed(writer.written), `${head}… ${writer.rows} rows`)
        inserted += writer.rows
        onProgress?.({ table, rows: inserted, of: rows })
      }
    } catch (error) {
      next = batches
      throw error
    } finally {
      connection.close()
    }
  }
  const count = Math.min(batches, load.sessions ?? SESSIONS)
  const loaders = Array.from({ length: count }, (_, index) => insertBatches(`loader-${index + 1}`))
  // Nobody still inserts when a failure is told.
  const failed = (await Promise.allSettled(loaders)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  return inserted
}

/** Rows depend on the seed and their number, and not on which session inserts them. */
function writeBatch(
  writer: RowWriter,
  head: string,
  { row }: TableLoad,
  { first, end }: { first: number; end: number },
  seed: number,
): void {
  const random = randomOf(seed, first)
  writer.begin(head)
  for (let n = first; n < end; n++) {
    writer.beginRow()
    row(writer, n, random)
    writer.endRow()
  }
}

function rowsFor(bytes: number, load: TableLoad): number {
  const sample = Math.min(load.rows, 20)
  if (sample === 0) return 1
  const writer = new RowWriter(BATCH_BYTES)
  writeBatch(writer, '', load, { first: load.rows - sample, end: load.rows }, 0)
  return Math.max(1, Math.floor(bytes / (writer.size / sample)))
}
