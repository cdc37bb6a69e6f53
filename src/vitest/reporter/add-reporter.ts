import type { Vitest } from 'vitest/node'
import { TidbReporter } from './tidb-reporter.ts'

/** How users name it by themselves. */
const NAME = 'vitest-tidb/reporter'

/** Puts the reporter beside those of the run, once. First, so that what it adds to tests is there for the others. */
export function addReporter({ config }: Vitest): void {
  const there = config.reporters.some((reporter) =>
    Array.isArray(reporter) ? String(reporter[0]) === NAME : reporter instanceof TidbReporter,
  )
  if (!there) config.reporters.unshift(new TidbReporter())
}
