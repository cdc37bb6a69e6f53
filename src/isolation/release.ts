import type { StatementKind } from '../databases/statement-kind.ts'
import type { StepInFlight } from './step-in-flight.ts'

/** Which sessions have an open transaction, as far as the text of their statements says. */
export class OpenTransactions {
  readonly #open = new Set<string>()

  isOpen(session: string): boolean {
    return this.#open.has(session)
  }

  /** Takes note of a step's statements. Returns whether all of them run inside of a transaction that stays open. */
  note(session: string, kinds: readonly StatementKind[]): boolean {
    let stays = kinds.length > 0
    for (const kind of kinds) {
      if (kind === 'begin') {
        // It commits what is open.
        if (this.#open.has(session)) stays = false
        this.#open.add(session)
      } else if (!STAYS_OPEN.has(kind)) {
        stays = false
        this.#open.delete(session)
      } else if (!this.#open.has(session)) stays = false
    }
    return stays
  }
}

const STAYS_OPEN: ReadonlySet<StatementKind> = new Set<StatementKind>([
  'query',
  'dml',
  'savepoint',
  'rollback-to-savepoint',
  'set',
])

/**
 * Whether a step that has ended may have let others go on. Locks are held until the transaction ends, and by ROLLBACK TO
 * SAVEPOINT too (docs.pingcap.com/tidb/stable/sql-statement-savepoint); user locks are released by functions.
 */
export function mayRelease(step: StepInFlight, inTransaction: boolean): boolean {
  const { outcome, sql } = step.record()
  return outcome !== 'done' || !inTransaction || /RELEASE_(?:ALL_)?LOCKS?/i.test(sql)
}
