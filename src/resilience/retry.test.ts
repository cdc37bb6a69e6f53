import { describe, expect, test, vi } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { StatementError } from '../errors/statement-error.ts'
import type { TidbTestError } from '../errors/tidb-test-error.ts'
import { retry, type RetriedWork } from './retry.ts'
import { connectingRetry, transactionRetry, type Retry, type RetryOptions } from './retry-options.ts'

const statement = { sql: 'UPDATE t SET v = 1', session: 'db' }
const deadlock = () =>
  new StatementError({ errno: 1213, code: 'ER_LOCK_DEADLOCK', sqlMessage: 'Deadlock found' }, statement)
const duplicate = () => new StatementError({ errno: 1062, sqlMessage: 'Duplicate entry' }, statement)
const lostCommit = () =>
  new StatementError(Object.assign(new Error('closed'), { code: 'PROTOCOL_CONNECTION_LOST' }), {
    sql: 'COMMIT',
    session: 'db',
  })

/** Fails `times` times, then gives the number of the attempt. */
function failing(times: number, error: () => unknown): (attempt: number) => Promise<number> {
  return async (attempt) => {
    if (attempt <= times) throw error()
    return attempt
  }
}

/** Tries on a clock that is moved as far as it takes; a wait that nobody ends would hang the test. */
async function tried<R>(
  attempt: (number: number) => Promise<R>,
  options: RetryOptions = {},
  work: Partial<RetriedWork> = {},
): Promise<{ result: R | undefined; error: unknown; retries: Retry[]; clock: SimulatedClock }> {
  const clock = new SimulatedClock()
  const retries: Retry[] = []
  const end: { result: R | undefined; error: unknown; done: boolean } = {
    result: undefined,
    error: undefined,
    done: false,
  }
  const all = { ...options, onRetry: (each: Retry) => void retries.push(each) }
  const running = retry(attempt, { operation: 'test', preset: transactionRetry, clock, ...work }, all).then(
    (result) => Object.assign(end, { result, done: true }),
    (error: unknown) => Object.assign(end, { error, done: true }),
  )
  for (let step = 0; step < 1_000 && !end.done; step++) await clock.advance(100)
  await running
  return { ...end, retries, clock }
}

describe('retry', () => {
  test('tries again after a transient error, and no more once it works', async () => {
    const { result, retries } = await tried(failing(3, deadlock))
    expect(result).toBe(4)
    expect(retries.map(({ attempt, operation }) => ({ attempt, operation }))).toEqual(
      [1, 2, 3].map((attempt) => ({ attempt, operation: 'test' })),
    )
  })

  test('gives up at the limit with the last error itself, which says how often it was tried', async () => {
    const { error, retries } = await tried(failing(99, deadlock), { attempts: 3, seed: 7 })
    expect(retries).toHaveLength(2)
    expect(error).toMatchObject({ code: 'ER_LOCK_DEADLOCK', errno: 1213 })
    expect((error as Error).message).toMatch(/Deadlock found[^]*Tried 3 times in \d+ ms\.$/)
    expect((error as Error).stack).toContain('Tried 3 times')
    expect((error as TidbTestError).context).toMatchObject({
      operation: 'test > statement',
      attempt: 3,
      attempts: 3,
      jitterSeed: 7,
      session: 'db',
    })
  })

  test.for([
    ['a permanent error', duplicate],
    ['an unknown outcome', lostCommit],
    ['an unknown outcome that a test has wrapped', () => new Error('transfer failed', { cause: lostCommit() })],
    ['an unknown outcome among several', () => new AggregateError([deadlock(), lostCommit()])],
    ['an error of somebody else', () => new TypeError('no')],
  ] as const)('never tries again after %s', async ([, error]) => {
    const thrown = error()
    const outcome = await tried(failing(1, () => thrown))
    expect(outcome.error).toBe(thrown)
    expect(outcome.retries).toEqual([])
  })

  test('does not let its caller try an unknown outcome again', async () => {
    const { retries } = await tried(failing(1, lostCommit), {}, { again: () => true })
    expect(retries).toEqual([])
  })

  test('sees the transient error inside one that a test has wrapped', async () => {
    const { result } = await tried(failing(1, () => new Error('transfer failed', { cause: deadlock() })))
    expect(result).toBe(2)
  })

  test('waits between 0 and a ceiling that doubles up to its highest', async () => {
    const options = { attempts: 9, firstDelay: 100, maxDelay: 1_000, deadline: Infinity }
    const ceilings = [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]
    const longest = ceilings.map(() => 0)
    for (let seed = 0; seed < 50; seed++) {
      const { retries } = await tried(failing(99, deadlock), { ...options, seed })
      for (const [index, { delay }] of retries.entries()) {
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThan(ceilings[index] ?? 0)
        longest[index] = Math.max(longest[index] ?? 0, delay)
      }
    }
    // Even draws: 50 that all stay in the lower three quarters happen twice in a million times.
    for (const [index, ceiling] of ceilings.entries()) expect(longest[index]).toBeGreaterThan(ceiling * 0.75)
  })

  test('waits as long again with the same seed, and otherwise with another', async () => {
    const delays = async (seed: number) =>
      (await tried(failing(99, deadlock), { seed })).retries.map(({ delay }) => delay)
    expect(await delays(42)).toEqual(await delays(42))
    expect(await delays(42)).not.toEqual(await delays(43))
  })

  test('begins no attempt after the deadline, and does not wait for it either', async () => {
    const options = { attempts: 99, firstDelay: 400, maxDelay: 400, factor: 1, deadline: 1_000, seed: 1 }
    const { error, retries, clock } = await tried(failing(99, deadlock), options)
    const waited = retries.reduce((sum, { delay }) => sum + delay, 0)
    expect(waited).toBeLessThanOrEqual(1_000)
    expect((error as Error).message).toMatch(/the deadline of 1000 ms leaves no time for another/)
    expect(clock.pending).toBe(0)
  })

  test('ends a wait when the signal aborts, and leaves no timer behind', async () => {
    const clock = new SimulatedClock()
    const controller = new AbortController()
    const attempt = vi.fn(failing(99, deadlock))
    const running = retry(
      attempt,
      { operation: 'test', preset: connectingRetry, clock, signal: controller.signal },
      {
        firstDelay: 1e6,
        maxDelay: 1e6,
        deadline: 1e9,
      },
    )
    const reason = new Error('the test is over')
    const ended = expect(running).rejects.toBe(reason)
    await clock.advance(0)
    expect(clock.pending).toBe(1)
    controller.abort(reason)
    await ended
    expect(clock.pending).toBe(0)
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  test('does not begin when the signal has aborted', async () => {
    const attempt = vi.fn(failing(0, deadlock))
    const signal = AbortSignal.abort(new Error('over'))
    await expect(retry(attempt, { operation: 'test', preset: connectingRetry, signal })).rejects.toThrow('over')
    expect(attempt).not.toHaveBeenCalled()
  })

  test.for([
    [{ attempts: 0 }, 'retry.attempts is 0; it must be a whole number from 1 on'],
    [{ attempts: 2.5 }, 'retry.attempts is 2.5'],
    [{ factor: 0.5 }, 'retry.factor is 0.5; it must be a number from 1 on'],
    [{ deadline: 0 }, 'retry.deadline is 0; it must be milliseconds above 0'],
    [{ firstDelay: -1 }, 'retry.firstDelay is -1; it must be milliseconds from 0 on'],
    [{ maxDelay: Number.NaN }, 'retry.maxDelay is NaN'],
  ] as const)('refuses %j before the first attempt', async ([options, message]) => {
    const attempt = vi.fn(failing(0, deadlock))
    await expect(retry(attempt, { operation: 'test', preset: transactionRetry }, options)).rejects.toThrow(message)
    expect(attempt).not.toHaveBeenCalled()
  })

  test('knows which failures to connect may pass', async () => {
    const refused = () =>
      new ConnectError('CONNECT_REFUSED', 'no', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })
    const denied = () =>
      new ConnectError('CONNECT_DENIED', 'no', { cause: Object.assign(new Error('no'), { errno: 1045 }) })
    expect((await tried(failing(1, refused))).result).toBe(2)
    expect((await tried(failing(1, denied))).retries).toEqual([])
  })
})
