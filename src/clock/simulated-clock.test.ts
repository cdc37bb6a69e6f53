import { describe, expect, test } from 'vitest'
import { SimulatedClock } from './simulated-clock.ts'
import { sleep } from './sleep.ts'

describe('a simulated clock', () => {
  test('stands still until it is moved', async () => {
    const clock = new SimulatedClock(1_000)
    const fired: string[] = []
    clock.setTimeout(() => fired.push('due'), 10)
    await clock.advance(9.5)
    expect([clock.now(), clock.pending, fired]).toEqual([1_009.5, 1, []])
    await clock.advance(0.5)
    expect([clock.now(), clock.pending, fired]).toEqual([1_010, 0, ['due']])
  })

  test('fires timers in the order of their times, each at its own time', async () => {
    const clock = new SimulatedClock()
    const fired: [string, number][] = []
    const note = (name: string) => () => fired.push([name, clock.now()])
    clock.setTimeout(note('late'), 30)
    clock.setTimeout(note('first of two'), 10)
    clock.setTimeout(note('second of two'), 10)
    await clock.advance(100)
    expect(fired).toEqual([
      ['first of two', 10],
      ['second of two', 10],
      ['late', 30],
    ])
    expect(clock.now()).toBe(100)
  })

  test('fires a timer that was set by a promise on the way', async () => {
    const clock = new SimulatedClock()
    const twice = sleep(clock, 10).then(() => sleep(clock, 10))
    await clock.advance(20)
    await expect(twice).resolves.toBeUndefined()
  })

  test('does not fire a timer that was cleared', async () => {
    const clock = new SimulatedClock()
    const fired: string[] = []
    clock.clearTimeout(clock.setTimeout(() => fired.push('cleared'), 1))
    await clock.advance(5)
    expect(fired).toEqual([])
  })
})

describe('sleep', () => {
  test('rejects with the reason of its signal and leaves no timer', async () => {
    const clock = new SimulatedClock()
    const controller = new AbortController()
    const slept = sleep(clock, 1_000, controller.signal)
    controller.abort(new Error('enough'))
    await expect(slept).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
  })

  test('rejects at once when its signal has aborted before', async () => {
    const clock = new SimulatedClock()
    await expect(sleep(clock, 1_000, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    expect(clock.pending).toBe(0)
  })
})
