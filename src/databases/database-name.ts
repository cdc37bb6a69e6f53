import { randomBytes } from 'node:crypto'

/** Which databases of a shared server belong to a run: `vitest_tidb_<8 hex digits>_<n>` or `…_trash<n>`. */
const OWN_NAME = /^vitest_tidb_([0-9a-f]{8})_(?:trash)?(\d+)$/u

/** Eight hex digits that tell runs on one server apart. */
export function newRunId(): string {
  return randomBytes(4).toString('hex')
}

export function leasedDatabaseName(run: string, n: number): string {
  return `vitest_tidb_${run}_${n}`
}

export function trashDatabaseName(run: string, n: number): string {
  return `vitest_tidb_${run}_trash${n}`
}

/** Name of the advisory lock that a run holds for as long as it lives. */
export function runLockName(run: string): string {
  return `vitest_tidb_${run}`
}

/** The run that a database belongs to, or undefined if its name is not one that this toolkit gives. */
export function runOfDatabase(database: string): string | undefined {
  return OWN_NAME.exec(database)?.[1]
}

/** An empty database of this name says that the other one is kept: later runs then don't drop it. */
export function keptMarkerOf(database: string): string {
  return `${database}_kept`
}
