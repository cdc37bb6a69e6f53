import { describe, expect, test, vi } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { isCircuitOpenError } from '../errors/guards.ts'
import { StatementError } from '../errors/statement-error.ts'
import { CircuitBreaker, type CircuitBreakerOptions, type CircuitStatus } from './circuit-breaker.ts'

const refused = new ConnectError('CONNECT_REFUSED', 'nothing listens', {
  cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
})
const statement = { sql: 'SELECT 1', session: 'db' }
const busy = new StatementError({ errno: 9003, sqlMessage: 'TiKV server is busy' }, statement)
const deadlock = new StatementError({ errno: 1213, sqlMessage: 'Deadlock found' }, statement)

const fail = (error: unknown) => () => Promise.reject(error)
const work = () => Promise.resolve('done')

function breakerOf(options: Omit<CircuitBreakerOptions, 'clock'> = {}) {
  const clock = new SimulatedClock(1_000)
  const changes: string[] = []
  const breaker = new CircuitBreaker({
    failures: 3,
    window: 1_000,
    halfOpenAfter: 500,
    onChange: ({ circuit }: CircuitStatus) => changes.push(circuit),
    ...options,
    clock,
  })
  const failTimes = async (times: number, error: unknown = refused) => {
    for (let n = 0; n < times; n++) await expect(breaker.run(fail(error))).rejects.toBe(error)
  }
  return { clock, changes, breaker, failTimes }
}

describe('a circuit breaker', () => {
  test('opens after so many failures, and then sends nothing', async () => {
    const { breaker, failTimes, changes } = breakerOf({ name: 'payments' })
    await failTimes(2)
    expect(breaker.status).toMatchObject({ circuit: 'closed', failures: 2, retryAfter: 0, lastFailure: refused })
    await failTimes(1)
    expect(breaker.status).toMatchObject({ name: 'payments', circuit: 'open', failures: 3, retryAfter: 500 })
    const sent = vi.fn(work)
    const error: unknown = await breaker.run(sent).catch((thrown: unknown) => thrown)
    expect(sent).not.toHaveBeenCalled()
    expect(isCircuitOpenError(error)).toBe(true)
    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfter: 500, cause: refused })
    expect((error as Error).message).toContain("the circuit breaker 'payments' is open after 3 failures")
    expect(changes).toEqual(['open'])
  })

  test('forgets failures that are older than its window', async () => {
    const { breaker, clock, failTimes } = breakerOf()
    await failTimes(2)
    await clock.advance(1_000)
    await failTimes(2)
    expect(breaker.status).toMatchObject({ circuit: 'closed', failures: 2 })
    await failTimes(1)
    expect(breaker.status.circuit).toBe('open')
  })

  test('lets a trial through by its own clock, and closes when that succeeds', async () => {
    const { breaker, clock, changes, failTimes } = breakerOf()
    await failTimes(3)
    await clock.advance(499)
    await expect(breaker.run(work)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryAfter: 1 })
    await clock.advance(1)
    await expect(breaker.run(work)).resolves.toBe('done')
    expect(breaker.status).toMatchObject({ circuit: 'closed', failures: 0 })
    expect(changes).toEqual(['open', 'half-open', 'closed'])
  })

  test('opens again, for as long again, when the trial fails', async () => {
    const { breaker, clock, changes, failTimes } = breakerOf()
    await failTimes(3)
    await clock.advance(500)
    await failTimes(1)
    expect(changes).toEqual(['open', 'half-open', 'open'])
    await clock.advance(499)
    await expect(breaker.run(work)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    await clock.advance(1)
    await expect(breaker.run(work)).resolves.toBe('done')
  })

  test('closes only when every trial has succeeded, and holds the rest back until then', async () => {
    const { breaker, clock, failTimes } = breakerOf({ trials: 2 })
    await failTimes(3)
    await clock.advance(500)
    let finish: (() => void)[] = []
    const begun: number[] = []
    const trial = (n: number) => () =>
      new Promise<number>((resolve) => {
        begun.push(n)
        finish.push(() => resolve(n))
      })
    const all = [1, 2, 3].map((n) => breaker.run(trial(n)))
    await clock.advance(0)
    expect(begun).toEqual([1, 2])
    expect(breaker.status.circuit).toBe('half-open')
    for (const each of finish) each()
    finish = []
    await clock.advance(0)
    expect(breaker.status.circuit).toBe('closed')
    expect(begun).toEqual([1, 2, 3])
    for (const each of finish) each()
    await expect(Promise.all(all)).resolves.toEqual([1, 2, 3])
  })

  test('counts errors that say the server is unwell, and not those of a server that is well', async () => {
    const { breaker, failTimes } = breakerOf()
    await failTimes(9, deadlock)
    await failTimes(9, new TypeError('a mistake in the test'))
    expect(breaker.status).toMatchObject({ circuit: 'closed', failures: 0, lastFailure: undefined })
    await failTimes(3, busy)
    expect(breaker.status.circuit).toBe('open')
  })

  test.for([
    [{ failures: 0 }, 'breaker.failures is 0'],
    [{ trials: 1.5 }, 'breaker.trials is 1.5'],
    [{ window: 0 }, 'breaker.window is 0'],
    [{ halfOpenAfter: Infinity }, 'breaker.halfOpenAfter is Infinity'],
  ] as const)('refuses %j', ([options, message]) => {
    expect(() => new CircuitBreaker(options)).toThrow(message)
  })
})
