import type { TestModule } from 'vitest/node'
import { LACKS_PRIVILEGE } from './missing-privilege.ts'

/** Tests of a run that were skipped because the user lacks privileges. */
export interface DeniedTests {
  /** How many tests need each. */
  readonly privileges: ReadonlyMap<string, number>
  /** No test came to an end at all. */
  readonly nothingTested: boolean
}

export function deniedTests(modules: readonly TestModule[]): DeniedTests {
  const privileges = new Map<string, number>()
  let ended = 0
  for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
    const result = test.result()
    if (result.state === 'passed' || result.state === 'failed') ended += 1
    const note = result.state === 'skipped' ? result.note : undefined
    if (note?.startsWith(LACKS_PRIVILEGE) !== true) continue
    const privilege = note.slice(LACKS_PRIVILEGE.length)
    privileges.set(privilege, (privileges.get(privilege) ?? 0) + 1)
  }
  return { privileges, nothingTested: ended === 0 && privileges.size > 0 }
}

/** For people: what is missing, and how many tests it would let run. */
export function renderDenied({ privileges, nothingTested }: DeniedTests): string {
  const rows = [...privileges].toSorted(([, one], [, other]) => other - one)
  const all = rows.reduce((sum, [, count]) => sum + count, 0)
  const width = String(rows[0]?.[1] ?? '').length
  return [
    `${all} ${all === 1 ? 'test was' : 'tests were'} skipped because the user lacks a privilege:`,
    ...rows.map(([privilege, count]) => `  ${String(count).padStart(width)}  ${privilege}`),
    ...(nothingTested ? ['Nothing was tested.'] : []),
    '',
  ].join('\n')
}
