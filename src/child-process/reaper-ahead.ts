import { spawnReaper, type Reaper } from './reaper-client.ts'

/** Vitest's config and its global setup may load this module twice; the reaper must be one. */
const KEY = Symbol.for('vitest-tidb.reaper-ahead')
const holder = globalThis as { [KEY]?: Promise<Reaper> | undefined }

/** Starts a reaper for whoever calls `startReaper` next, so that it is up when its first server is wanted. */
export function beginReaperAhead(): void {
  if (holder[KEY] !== undefined) return
  holder[KEY] = spawnReaper()
  // Met again by whoever takes it.
  holder[KEY].catch(() => undefined)
}

/**
 * The reaper that was begun ahead, else a new one. It costs about 50 ms, so start it beside other preparations.
 *
 * @throws BackendError `BACKEND_RUN_FOLDER` or `BACKEND_REAPER`
 */
export function startReaper(): Promise<Reaper> {
  const begun = holder[KEY]
  holder[KEY] = undefined
  return begun ?? spawnReaper()
}

/** Ends a reaper that was begun ahead and that nobody has taken: the backend needs none. */
export async function endReaperAhead(): Promise<void> {
  const begun = holder[KEY]
  holder[KEY] = undefined
  try {
    await (await begun)?.close()
  } catch {
    // It did not come up, and nobody has asked for it.
  }
}
