import { expect, onTestFinished, vi } from 'vitest'
import { test } from '../../../fixtures/test.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { clockOffset } from './clock-offset.ts'

test('a clock that is ahead of the server is told to be, to within half a round trip', async ({ db }) => {
  const right = await clockOffset(db)
  const now = systemClock.now.bind(systemClock)
  vi.spyOn(systemClock, 'now').mockImplementation(() => now() + 5_000)
  onTestFinished(() => void vi.restoreAllMocks())
  const ahead = await clockOffset(db)
  expect(right.error).toBeGreaterThanOrEqual(0)
  expect(Math.abs(ahead.milliseconds - (right.milliseconds - 5_000))).toBeLessThanOrEqual(right.error + ahead.error + 2)
})

test('it does not depend on the time zone of the session', async ({ db }) => {
  const right = await clockOffset(db)
  await db.run`SET SESSION time_zone = '+09:30'`
  const other = await clockOffset(db)
  expect(Math.abs(other.milliseconds - right.milliseconds)).toBeLessThanOrEqual(right.error + other.error + 2)
})
