import { TidbTestError } from '../../errors/tidb-test-error.ts'

/** The least that makes sense of what is counted from more than 0 on. */
const LEAST: Readonly<Record<string, number>> = {
  rows: 1,
  tables: 1,
  rangeSize: 1,
  // One account alone has nobody to give to.
  accounts: 2,
  warehouses: 1,
  customers: 1,
  items: 1,
}

/** @throws TidbTestError `LOAD_WORKLOAD` when a number is none, or too low: a load of nothing would look quick */
export function checkWorkloadOptions(workload: string, options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number') continue
    const least = LEAST[name] ?? 0
    const fits = name === 'payments' ? value >= 0 && value <= 1 : Number.isInteger(value) && value >= least
    if (fits) continue
    const kind = name === 'payments' ? 'a share from 0 to 1' : `a whole number from ${least} on`
    throw new TidbTestError('LOAD_WORKLOAD', `${workload}: ${name} is ${value}; it must be ${kind}`)
  }
}
