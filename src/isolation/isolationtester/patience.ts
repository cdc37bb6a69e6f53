import type { SpecFile } from './spec-file.ts'

/** How a file limits what a statement waits for a lock, in seconds. Source: TiDB's documentation of each. */
const LIMITS = [
  /\binnodb_lock_wait_timeout\s*:?=\s*(\d+)/gi,
  /\bFOR\s+UPDATE\s+WAIT\s+(\d+)/gi,
  /\bGET_LOCK\s*\([^()]*,\s*(\d+)\s*\)/gi,
]

/** Beyond the limit, as the server looks at its clock only now and then. */
const SPARE_SECONDS = 2

/**
 * Milliseconds after which a blocked step has ended by itself, as its file limits its wait; 0 where nothing does. Where
 * no other step can go on, so long is waited for it.
 */
export function patienceOf({ setup, sessions }: SpecFile): number {
  const blocks = [
    ...setup,
    ...sessions.flatMap((session) => [session.setup, ...session.steps.map(({ block }) => block)]),
  ]
  const text = blocks.map((block) => block?.sql ?? '').join('\n')
  const seconds = LIMITS.flatMap((limit) => [...text.matchAll(limit)].map(([, number]) => Number(number)))
  return seconds.length === 0 ? 0 : (Math.max(...seconds) + SPARE_SECONDS) * 1_000
}
