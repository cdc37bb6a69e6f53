import { afterEach, expect, test, vi } from 'vitest'
import { sleep } from './sleep.ts'
import { systemClock } from './system-clock.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('the system clock goes on while a test has installed fake timers', async () => {
  vi.useFakeTimers({ now: 0 })
  const before = systemClock.now()
  await sleep(systemClock, 1)
  expect(systemClock.now()).toBeGreaterThan(before)
})

test('the system clock tells the time of day', () => {
  const aDay = 24 * 60 * 60 * 1_000
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(aDay)
})
