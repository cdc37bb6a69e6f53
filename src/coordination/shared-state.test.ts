import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SharedState } from './shared-state.ts'
import { coordinatorOf, unconnected } from './testing/coordinator.ts'

describe('a shared state', () => {
  test('keeps what an update does not name, and cannot be changed otherwise', () => {
    const given = { rows: 0, tables: ['t'] }
    const shared = new SharedState(given)
    shared.update(({ rows }) => ({ rows: rows + 1 }))
    given.rows = 99
    expect(shared.value).toEqual({ rows: 1, tables: ['t'] })
    expect(() => Object.assign(shared.value, { rows: 5 })).toThrow('read only')
  })

  test('refuses an update that is not over at once', () => {
    const shared = new SharedState({ rows: 0 })
    expect(() => shared.update((async () => ({ rows: 1 })) as never)).toThrow(
      expect.objectContaining({ code: 'COORDINATION_UPDATE', message: expect.stringContaining('returned a promise') }),
    )
    expect(() => shared.update((() => undefined) as never)).toThrow('returned undefined')
    expect(shared.value.rows).toBe(0)
  })

  test('lets go of whoever waits at the change that meets the condition, and with that value', async () => {
    const shared = new SharedState({ n: 0 })
    const seen = shared.until(({ n }) => n % 3 === 2)
    for (let n = 1; n <= 6; n++) shared.update(() => ({ n }))
    expect(await seen).toEqual({ n: 2 })
    expect(shared.value).toEqual({ n: 6 })
  })

  test('gives what a condition throws to whoever waits, and not to whoever changes it', async () => {
    const shared = new SharedState<{ rows?: string[] }>({})
    const waited = shared.until(({ rows }) => {
      if (rows?.length === 0) throw new RangeError('no rows')
      return false
    })
    shared.update(() => ({ rows: [] }))
    await expect(waited).rejects.toThrow('no rows')
  })

  test('tells what it is when a wait on it fails, with the condition', async () => {
    const shared = new SharedState({ rows: 3 })
    await expect(shared.until((s) => s.rows > 5, { timeout: 1 })).rejects.toThrow(
      "'the test' waited for the shared state to meet (s) => s.rows > 5, for 1 ms",
    )
    const run = coordinatorOf().run({ ...unconnected, shared }, { a: (c) => c.shared.until((s) => s.rows > 5) })
    await expect(run).rejects.toThrow(/a waits for .* \(s\) => s\.rows > 5 \(for \d+ ms; it is \{ rows: 3 \}\)/)
  })

  test('knows statuses, results and errors of the connections, and asks conditions about them, too', async () => {
    const shared = new SharedState({})
    const run = coordinatorOf().run(
      { ...unconnected, shared, require: 'any' },
      {
        a: () => 'result of a',
        b: () => Promise.reject(new Error('error of b')),
        c: async (connection) => {
          await connection.shared.until((_, { results }) => results['a'] !== undefined)
          await connection.shared.until((_, { connections }) => connections['b']?.error !== undefined)
          return connection.shared.connections['c']?.status
        },
      },
    )
    expect(await run).toEqual({ a: 'result of a', c: 'disconnected' })
    expect(shared.results).toEqual({ a: 'result of a', c: 'disconnected' })
    expect(shared.connections).toEqual({
      a: { status: 'disconnected', since: expect.any(Number), result: 'result of a' },
      b: { status: 'error', since: expect.any(Number), error: new Error('error of b') },
      c: { status: 'disconnected', since: expect.any(Number), result: 'disconnected' },
    })
  })

  test('loses no update of tasks that interleave in any way', async () => {
    const pauses = fc.array(fc.array(fc.nat({ max: 3 }), { maxLength: 5 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(pauses, async (tasks) => {
        const total = tasks.flat().length
        const shared = new SharedState({ n: 0 })
        const all = Object.fromEntries(
          tasks.map((steps, index) => [
            `t${index}`,
            async (connection: { shared: SharedState<{ n: number }> }) => {
              for (const pause of steps) {
                for (let tick = 0; tick < pause; tick++) await undefined
                connection.shared.update(({ n }) => ({ n: n + 1 }))
              }
              return (await connection.shared.until(({ n }) => n === total)).n
            },
          ]),
        )
        const done = await coordinatorOf().run({ ...unconnected, shared }, all)
        expect(Object.values(done)).toEqual(tasks.map(() => total))
      }),
      { numRuns: 50 },
    )
  })
})
