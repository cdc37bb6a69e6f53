import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countInterleavings, interleavings, preemptionsOf } from './interleavings.ts'
import { printStep, type Schedule } from './schedule.ts'
import type { IsolationSpec } from './spec.ts'

const specOf = (counts: readonly number[]): IsolationSpec => ({
  setup: [],
  teardown: [],
  sessions: counts.map((count, session) => ({
    name: `s${session}`,
    setup: [],
    teardown: [],
    steps: Array.from({ length: count }, (_, step) => ({ name: `t${step}`, sql: 'SELECT 1' })),
  })),
})

const counts = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
const texts = (schedules: Iterable<Schedule>) => [...schedules].map((schedule) => schedule.map(printStep).join(' '))

describe('interleavings', () => {
  test('are as many as the multinomial coefficient says, all different, each session in its order', () => {
    fc.assert(
      fc.property(counts, (steps) => {
        const spec = specOf(steps)
        const all = [...interleavings(spec)]
        expect(BigInt(all.length)).toBe(countInterleavings(steps))
        expect(new Set(texts(all)).size).toBe(all.length)
        for (const schedule of all) {
          for (const { name, steps: own } of spec.sessions) {
            expect(schedule.flatMap(({ session, step }) => (session === name ? [step] : []))).toEqual(
              own.map((step) => step.name),
            )
          }
        }
      }),
    )
  })

  test('with a bound on preemptions are exactly those that have no more', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 4 }), (steps, preemptions) => {
        const spec = specOf(steps)
        const few = [...interleavings(spec)].filter((schedule) => preemptionsOf(spec, schedule) <= preemptions)
        expect(texts(interleavings(spec, { preemptions }))).toEqual(texts(few))
      }),
    )
  })

  test('drawn are different ones of all, the same for the same seed', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 100 }), fc.integer(), (steps, sample, seed) => {
        const spec = specOf(steps)
        const all = texts(interleavings(spec))
        const drawn = texts(interleavings(spec, { sample, seed }))
        expect(drawn).toHaveLength(Math.min(sample, all.length))
        expect(new Set(drawn).size).toBe(drawn.length)
        expect(all).toEqual(expect.arrayContaining(drawn))
        expect(texts(interleavings(spec, { sample, seed }))).toEqual(drawn)
      }),
    )
  })

  test('are drawn alike often', () => {
    const spec = specOf([2, 2])
    const times = new Map<string, number>()
    for (let seed = 0; seed < 600; seed++) {
      const [drawn = ''] = texts(interleavings(spec, { sample: 1, seed }))
      times.set(drawn, (times.get(drawn) ?? 0) + 1)
    }
    // 100 each; 60 is more than four standard deviations away.
    expect(times.size).toBe(6)
    expect(Math.min(...times.values())).toBeGreaterThan(60)
  })
})
