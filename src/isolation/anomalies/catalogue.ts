import { specOf } from '../scenario-options.ts'
import type { IsolationSpec } from '../spec.ts'
import { abortedRead } from './aborted-read.ts'
import type { AccountTable } from './account-table.ts'
import type { AnomalyCase } from './anomaly-case.ts'
import { circularInformationFlow } from './circular-information-flow.ts'
import { dirtyWrite } from './dirty-write.ts'
import { intermediateRead } from './intermediate-read.ts'
import { lostUpdate } from './lost-update.ts'
import { observedTransactionVanishes } from './observed-transaction-vanishes.ts'
import { phantomRead, phantomWrite } from './predicate-many-preceders.ts'
import { predicateReadSkew, readSkew, writeReadSkew } from './read-skew.ts'
import { predicateWriteSkew, readOnlySkew, writeSkew } from './write-skew.ts'

/** Every anomaly in each of its forms, from weak to strong. */
export const catalogue: readonly AnomalyCase[] = [
  dirtyWrite,
  abortedRead,
  intermediateRead,
  circularInformationFlow,
  observedTransactionVanishes,
  phantomRead,
  phantomWrite,
  lostUpdate,
  readSkew,
  predicateReadSkew,
  writeReadSkew,
  writeSkew,
  predicateWriteSkew,
  readOnlySkew,
]

/** The case with its table, as a schedule needs it. The table stays. */
export function specOfCase({ sessions }: AnomalyCase, table: AccountTable): IsolationSpec {
  return specOf({ setup: table.setup, sessions: sessions(table), afterwards: AFTERWARDS })
}

/** What is read when all transactions have ended. */
export const AFTERWARDS = { accounts: 'SELECT id, value FROM account ORDER BY id' }
