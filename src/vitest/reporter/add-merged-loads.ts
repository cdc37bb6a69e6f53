import type { Vitest } from 'vitest/node'
import { MergedLoads } from './merged-loads.ts'

/** Puts it beside the reporters of a merge, once. */
export function addMergedLoads({ config }: Vitest): void {
  if (!config.reporters.some((reporter) => reporter instanceof MergedLoads)) config.reporters.push(new MergedLoads())
}
