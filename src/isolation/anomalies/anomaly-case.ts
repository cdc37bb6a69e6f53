import type { AnomalyName } from '../anomaly.ts'
import type { Schedule } from '../schedule.ts'
import type { SessionSteps } from '../scenario-options.ts'
import type { AccountTable } from './account-table.ts'
import type { Seen } from './seen.ts'

/** One way to provoke an anomaly. Its steps are the same in every level and mode. */
export interface AnomalyCase {
  readonly anomaly: AnomalyName
  /** In which of its forms: by reading or by writing rows of a condition, among three transactions. */
  readonly form?: string
  /** In which steps it is provoked, for people. */
  readonly story: string
  sessions(table: AccountTable): SessionSteps
  readonly schedule: Schedule
  /** What shows the anomaly in one pair of accounts, in words; undefined when nothing does. */
  shows(seen: Seen): string | undefined
}

/** `G-single, by condition`: the name of a case. */
export function titleOf({ anomaly, form }: Pick<AnomalyCase, 'anomaly' | 'form'>): string {
  return form === undefined ? anomaly : `${anomaly}, ${form}`
}

/** Sessions whose steps are a transaction each: begun by BEGIN and, unless they end with a rollback, ended by COMMIT. */
export function transactions(steps: SessionSteps): SessionSteps {
  return Object.fromEntries(
    Object.entries(steps).map(([session, own]) => [
      session,
      { begin: 'BEGIN', ...own, ...('rollback' in own ? {} : { commit: 'COMMIT' }) },
    ]),
  )
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
