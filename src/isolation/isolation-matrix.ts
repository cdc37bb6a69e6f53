import type { Session } from '../connections/session.ts'
import { StatementError } from '../errors/statement-error.ts'
import { dirtyRead } from './anomalies/dirty-read.ts'
import { lostUpdate } from './anomalies/lost-update.ts'
import { nonRepeatableRead } from './anomalies/non-repeatable-read.ts'
import { phantom } from './anomalies/phantom.ts'
import { writeSkew } from './anomalies/write-skew.ts'
import type { Anomaly, Observation } from './anomaly.ts'
import { Scene } from './scene.ts'
import { transactionKinds, type TransactionKind } from './transaction-kind.ts'
import { WaitWatch } from './wait-watch.ts'

export const anomalies: readonly Anomaly[] = [dirtyRead, nonRepeatableRead, phantom, lostUpdate, writeSkew]

/** One line of the matrix. Plain data. */
export interface MatrixLine extends TransactionKind {
  /** What came of each anomaly, by its name; null when the server does not have this level. */
  readonly observed: Readonly<Record<string, Observation>> | null
  /** Why the server does not have this level. */
  readonly refusal?: Observation['refusal']
}

export interface MatrixOptions {
  /** Rows of the table; at least 2. */
  readonly rows: number
  /** Opens a session on an empty database that is nobody else's. The matrix closes it. */
  readonly openSession: (name: string) => Promise<Session>
  readonly signal: AbortSignal
  /** Told before each line. */
  readonly onLine?: (kind: TransactionKind, done: number, total: number) => void
}

const ROWS_PER_INSERT = 1_000

/** Provokes every anomaly in every isolation level and transaction mode, one after another. */
export async function isolationMatrix(options: MatrixOptions): Promise<MatrixLine[]> {
  await using observer = await options.openSession('observer')
  await using first = await options.openSession('first')
  await using second = await options.openSession('second')
  await observer.run`CREATE TABLE account (id BIGINT PRIMARY KEY, value INT NOT NULL)`
  await fill(observer, options.rows)
  const waits = new WaitWatch(observer, options.signal)
  const lines: MatrixLine[] = []
  for (const [index, kind] of transactionKinds.entries()) {
    options.signal.throwIfAborted()
    options.onLine?.(kind, index, transactionKinds.length)
    const refusal = await setLevel([first, second], kind)
    const scene = new Scene([first, second], options.rows, kind, waits)
    if (refusal === undefined) lines.push({ ...kind, observed: await observeAll(scene, observer) })
    else lines.push({ ...kind, observed: null, refusal })
  }
  return lines
}

async function observeAll(scene: Scene, admin: Session): Promise<Record<string, Observation>> {
  const observed: Record<string, Observation> = {}
  for (const anomaly of anomalies) {
    await admin.run`DELETE FROM account WHERE id > ${scene.rows}`
    await admin.run`UPDATE account SET value = 1 WHERE value <> 1`
    observed[anomaly.name] = await anomaly.provoke(scene)
  }
  return observed
}

/** TiDB refuses READ UNCOMMITTED and SERIALIZABLE with 8048 (docs.pingcap.com/tidb/stable/transaction-isolation-levels). */
async function setLevel(sessions: readonly Session[], { level }: TransactionKind): Promise<Observation['refusal']> {
  try {
    for (const session of sessions) await session.script(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)
    return undefined
  } catch (error) {
    if (!(error instanceof StatementError) || error.errno !== ER_UNSUPPORTED_ISOLATION_LEVEL) throw error
    return { errno: error.errno, symbol: error.symbol }
  }
}

const ER_UNSUPPORTED_ISOLATION_LEVEL = 8048

async function fill(session: Session, rows: number): Promise<void> {
  for (let from = 1; from <= rows; from += ROWS_PER_INSERT) {
    const count = Math.min(ROWS_PER_INSERT, rows - from + 1)
    const values = Array.from({ length: count }, (_, index) => `(${from + index}, 1)`)
    await session.script(`INSERT INTO account VALUES ${values.join(', ')}`)
  }
}
