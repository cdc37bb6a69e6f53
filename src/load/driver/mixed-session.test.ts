import { expect, test } from 'vitest'
import { randomOf } from '../random/random.ts'
import type { LoadSession } from './load-session.ts'
import { MixedSession } from './mixed-session.ts'

/** Counts its steps. */
function counting(): LoadSession & { readonly recovered: number } {
  let [statements, recovered] = [0, 0]
  return {
    get statements() {
      return statements
    },
    get recovered() {
      return recovered
    },
    step: async () => void statements++,
    recover: async () => void recovered++,
    cutAfter: () => undefined,
    close: () => Promise.resolve(),
  }
}

test('each workload of a mixture is drawn as often as its weight says', async () => {
  const sessions = [counting(), counting(), counting()]
  const mixed = new MixedSession(
    [5, 3, 2].map((weight, index) => ({ weight, session: sessions[index] as LoadSession })),
  )
  const random = randomOf(1, 0)
  for (let step = 0; step < 10_000; step++) await mixed.step(random)
  expect(mixed.statements).toBe(10_000)
  // Three standard deviations of 10,000 draws are 150; the seed is fixed, so the outcome is.
  for (const [index, share] of [5_000, 3_000, 2_000].entries()) {
    expect(Math.abs((sessions[index]?.statements ?? 0) - share)).toBeLessThan(150)
  }
})

test('the session whose step failed is the one that recovers', async () => {
  const [one, other] = [counting(), counting()]
  const mixed = new MixedSession([
    { weight: 1, session: one },
    { weight: 1, session: other },
  ])
  await mixed.step(() => 0.75)
  await mixed.recover()
  expect([one.recovered, other.recovered]).toEqual([0, 1])
})
