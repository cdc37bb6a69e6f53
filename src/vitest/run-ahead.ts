import type { Vitest } from 'vitest/node'
import { endReaperAhead } from '../child-process/reaper-ahead.ts'
import type { BegunRun } from './begin-run.ts'
import { isListing } from './listing.ts'

/** Vitest's config and its global setup may load this module twice; the registry must be one. */
const KEY = Symbol.for('vitest-tidb.run-ahead')
const holder = globalThis as { [KEY]?: WeakMap<Vitest, Promise<BegunRun | undefined>> }

/**
 * Begins a run while Vitest still looks for test files, so that its first server is up when the first worker is. Only where
 * tests are sure to be run next: nobody else waits for a server.
 *
 * @param load gives the code, which takes a while to read
 */
export function beginAhead(vitest: Vitest, load: () => Promise<(vitest: Vitest) => BegunRun>): void {
  holder[KEY] ??= new WeakMap()
  if (!isRun(vitest) || holder[KEY].has(vitest)) return
  const begun = load().then((begin) => begin(vitest))
  // Met again by whoever takes it.
  begun.catch(() => undefined)
  holder[KEY].set(vitest, begun)
  // Vitest may find no test file, and never come to its global setup.
  vitest.onClose(() => endUnused(vitest))
}

/** Whether Vitest was called to run tests, once. */
export function isRun({ config: { watch, standalone, mergeReports, listTags, clearCache } }: Vitest): boolean {
  return !(watch || standalone || mergeReports || listTags || clearCache || isListing())
}

/** The run that was begun ahead, if there is one. It is the caller's then. */
export async function takeRunAhead(vitest: Vitest): Promise<BegunRun | undefined> {
  const begun = holder[KEY]?.get(vitest)
  if (begun !== undefined) holder[KEY]?.set(vitest, Promise.resolve(undefined))
  return begun
}

async function endUnused(vitest: Vitest): Promise<void> {
  await endReaperAhead()
  const begun = await takeRunAhead(vitest)
  if (begun === undefined) return
  begun.aborted.abort(new Error('no test was run'))
  try {
    const started = await (await begun.run).starting
    await started?.backend.stop()
  } catch {
    // It did not start, or was ended while it did: nobody has asked for it, and nothing is left of it.
  }
}
