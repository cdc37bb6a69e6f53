import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { binary } from './support/tidb-test.ts'

const TELL_CPU = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.stderr.write('cpu ' + JSON.stringify(process.cpuUsage())))`,
)}`

/** Milliseconds of CPU that Node uses, at best: other work on the machine can only add to it. */
function cpuOf(args: readonly string[]): number {
  const runs = Array.from({ length: 7 }, () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', TELL_CPU, ...args], { encoding: 'utf8' })
    expect(status).toBe(0)
    const { user, system } = JSON.parse(/cpu (.*)$/.exec(stderr)?.[1] ?? '') as { user: number; system: number }
    return (user + system) / 1_000
  })
  return Math.min(...runs)
}

test('help takes Node little longer than nothing at all', () => {
  expect(cpuOf([binary(), '--help'])).toBeLessThan(1.5 * cpuOf(['-e', '0']) + 100)
})
