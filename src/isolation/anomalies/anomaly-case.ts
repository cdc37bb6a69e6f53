import type { AnomalyName } from '../anomaly.ts'
import type { Schedule } from '../schedule.ts'
import type { SessionSpec } from '../spec.ts'
import type { AccountTable } from './account-table.ts'
import type { Seen } from './seen.ts'

/** One way to provoke an anomaly. Its steps are the same in every level and mode. */
export interface AnomalyCase {
  readonly anomaly: AnomalyName
  /** In which of its forms: by reading or by writing rows of a condition, among three transactions. */
  readonly form?: string
  /** In which steps it is provoked, for people. */
  readonly story: string
  sessions(table: AccountTable): readonly SessionSpec[]
  readonly schedule: Schedule
  /** What shows the anomaly in one pair of accounts, in words; undefined when nothing does. */
  shows(seen: Seen): string | undefined
}

/** `G-single, by condition`: the name of a case. */
export function titleOf({ anomaly, form }: Pick<AnomalyCase, 'anomaly' | 'form'>): string {
  return form === undefined ? anomaly : `${anomaly}, ${form}`
}

/** Sessions whose transactions are begun by BEGIN and, but where other steps are given, ended by COMMIT. */
export function sessionsOf(steps: Readonly<Record<string, Readonly<Record<string, string>>>>): SessionSpec[] {
  return Object.entries(steps).map(([name, own]) => ({
    name,
    setup: [],
    teardown: [],
    steps: Object.entries({ begin: 'BEGIN', ...own, commit: 'COMMIT', rollback: 'ROLLBACK' }).map(([step, sql]) => ({
      name: step,
      sql,
    })),
  }))
}

/** `order('writer.begin reader.begin')`: the steps by their names. */
export function order(steps: string): Schedule {
  return steps
    .trim()
    .split(/\s+/)
    .map((name) => {
      const [session = '', step = ''] = name.split('.')
      return { session, step }
    })
}
