import { expect, test } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { monitorSession } from './monitor.ts'

/** Something that is asked whether it answers, and takes its time for it. */
function asked(clock: SimulatedClock, answers: readonly boolean[]): { name: string; ping: () => Promise<boolean> } {
  let count = 0
  return {
    name: 'watched',
    ping: async () => {
      const answered = new Promise<void>((resolve) => void clock.setTimeout(resolve, 2))
      await answered
      return answers[count++] ?? true
    },
  }
}

const never = new AbortController().signal

test('a connection is checked at once, at each interval, and when the time is over', async () => {
  const clock = new SimulatedClock()
  const monitored = monitorSession(asked(clock, []), { clock, signal: never, duration: 100, interval: 30 })
  await clock.advance(1_000)
  expect(await monitored).toEqual({ checks: 5, slowest: 2, duration: 102 })
  expect(clock.pending).toBe(0)
})

test('with no duration it is checked once', async () => {
  const clock = new SimulatedClock()
  const monitored = monitorSession(asked(clock, []), { clock, signal: never, duration: 0, interval: 30 })
  await clock.advance(10)
  expect(await monitored).toEqual({ checks: 1, slowest: 2, duration: 2 })
})

test('one that does not answer fails, with how long it did', async () => {
  const clock = new SimulatedClock()
  const session = asked(clock, [true, true, false])
  const monitored = monitorSession(session, { clock, signal: never, duration: 100, interval: 30 })
  const failed = expect(monitored).rejects.toThrow(
    "session 'watched' does not answer any more after 2 checks that passed",
  )
  await clock.advance(1_000)
  await failed
})

test('it ends well when it has been watched for long enough, and with the reason when it is told to', async () => {
  const clock = new SimulatedClock()
  const [until, signal] = [new AbortController(), new AbortController()]
  const limits = { clock, duration: 1_000, interval: 30 }
  const well = monitorSession(asked(clock, []), { ...limits, signal: never, until: until.signal })
  const told = monitorSession(asked(clock, []), { ...limits, signal: signal.signal })
  const failed = expect(told).rejects.toThrow('told to')
  await clock.advance(40)
  until.abort()
  signal.abort(new Error('told to'))
  await clock.advance(40)
  expect((await well).checks).toBe(3)
  await failed
  expect(clock.pending).toBe(0)
})
