import type { Session } from '../connections/session.ts'
import { isStatementError } from '../errors/guards.ts'
import { AccountTable } from './anomalies/account-table.ts'
import { titleOf, type AnomalyCase } from './anomalies/anomaly-case.ts'
import { catalogue, specOfCase } from './anomalies/catalogue.ts'
import { judge, type CaseVerdict } from './anomalies/verdict.ts'
import { OwnStage } from './own-stage.ts'
import { runSchedule } from './run-schedule.ts'
import type { Stage } from './stage.ts'
import { otherLevels, transactionKinds, type TransactionKind } from './transaction-kind.ts'

/** What came of the whole catalogue. Plain data. */
export interface IsolationMatrix {
  /** One for each mode and level. */
  readonly columns: readonly MatrixColumn[]
  /** What the server says to the levels that TiDB does not have. */
  readonly otherLevels: readonly OtherLevel[]
  readonly warnings: readonly string[]
}

interface MatrixColumn extends TransactionKind {
  /** By the titles of the cases, such as `PMP, reading`. */
  readonly verdicts: Readonly<Record<string, CaseVerdict>>
}

interface OtherLevel {
  readonly level: string
  /** The error with which the server refused it; null when it took it. */
  readonly refusal: { readonly errno: number; readonly symbol: string } | null
}

export interface MatrixOptions {
  /** How many pairs of rows are tested at once; at least 1. */
  readonly pairs: number
  /** Opens a session on an empty database that is nobody else's. The matrix closes it. */
  readonly openSession: (name: string) => Promise<Session>
  readonly signal: AbortSignal
  readonly statusUrl?: string
  /** Told before each column. */
  readonly onColumn?: (kind: TransactionKind, done: number, total: number) => void
}

/** Provokes every anomaly in every transaction mode and isolation level, one after another. */
export async function isolationMatrix(options: MatrixOptions): Promise<IsolationMatrix> {
  await using stage = new OwnStage(options)
  const table = new AccountTable(options.pairs)
  const columns: MatrixColumn[] = []
  for (const kind of transactionKinds) {
    options.onColumn?.(kind, columns.length, transactionKinds.length)
    const verdicts: Record<string, CaseVerdict> = {}
    for (const each of catalogue) verdicts[titleOf(each)] = await provoke(stage, each, table, kind)
    columns.push({ ...kind, verdicts })
  }
  return { columns, otherLevels: await refusals(stage), warnings: warningsOf(columns) }
}

/** Runs one case and judges it. @throws the error of a step that failed of something else than another transaction */
async function provoke(
  stage: Stage,
  anomalyCase: AnomalyCase,
  table: AccountTable,
  kind: TransactionKind,
): Promise<CaseVerdict> {
  const report = await runSchedule(stage, specOfCase(anomalyCase, table), anomalyCase.schedule, kind)
  return judge(anomalyCase, report, table)
}

async function refusals(stage: Stage): Promise<OtherLevel[]> {
  await using session = await stage.openSession('levels')
  const levels: OtherLevel[] = []
  for (const level of otherLevels) {
    levels.push({ level, refusal: await refusalOf(session, level) })
  }
  return levels
}

async function refusalOf(session: Session, level: string): Promise<OtherLevel['refusal']> {
  try {
    await session.script(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)
    return null
  } catch (error) {
    if (!isStatementError(error)) throw error
    return { errno: error.errno, symbol: error.symbol }
  }
}

/** READ COMMITTED has no effect on optimistic transactions: docs.pingcap.com/tidb/stable/transaction-isolation-levels */
function warningsOf(columns: readonly MatrixColumn[]): string[] {
  const [repeatable, committed] = ['REPEATABLE READ', 'READ COMMITTED'].map((level) =>
    outcomes(columns.find((column) => column.mode === 'optimistic' && column.level === level)),
  )
  if (repeatable !== committed) return []
  return [
    'READ COMMITTED does nothing to optimistic transactions: they read one snapshot, as in REPEATABLE READ. Who needs READ COMMITTED has to begin pessimistic transactions.',
  ]
}

function outcomes(column: MatrixColumn | undefined): string {
  return Object.values(column?.verdicts ?? {})
    .map(({ outcome }) => outcome)
    .join(' ')
}
