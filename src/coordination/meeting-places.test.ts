import { describe, expect, test } from 'vitest'
import { coordinatorOf, unconnected } from './testing/coordinator.ts'

describe('a barrier', () => {
  test('opens when the last one has come, again and again', async () => {
    const order: string[] = []
    await coordinatorOf().run({ ...unconnected, count: 3 }, async ({ barrier, index }) => {
      for (let round = 0; round < 3; round++) {
        for (let tick = 0; tick < index * 3; tick++) await undefined
        order.push(`before ${round}`)
        await barrier('round')
        order.push(`after ${round}`)
        await barrier('end of round')
      }
    })
    const rounds = [0, 1, 2].flatMap((round) =>
      [`before ${round}`, `after ${round}`].flatMap((line) => [line, line, line]),
    )
    expect(order).toEqual(rounds)
  })

  test('may be for some, or for so many of them', async () => {
    const done = await coordinatorOf().run(unconnected, {
      a: ({ barrier }) => barrier('two', { parties: ['a', 'b'] }).then(() => 'met'),
      b: ({ barrier }) => barrier('two', { parties: ['b', 'a'] }).then(() => 'met'),
      c: ({ barrier }) => barrier('first two', { count: 2 }).then(() => 'met'),
      d: ({ barrier }) => barrier('first two', { count: 2 }).then(() => 'met'),
    })
    expect(done).toEqual({ a: 'met', b: 'met', c: 'met', d: 'met' })
  })

  test('that one of its parties can no longer come to is no barrier any more', async () => {
    const run = coordinatorOf().run(
      { ...unconnected, require: 1 },
      {
        a: ({ barrier }) => barrier('all'),
        b: ({ barrier }) => barrier('all'),
        c: () => 'never came',
      },
    )
    const { a, b } = await run.outcomes
    for (const { error } of [a, b]) expect(error?.message).toContain("waited for the barrier 'all', and nobody is left")
    expect(a.error?.message).toContain('2 of 3 have come')
  })

  test('forgets whoever gave up waiting', async () => {
    const done = await coordinatorOf().run(unconnected, {
      a: async ({ barrier, latch }) => {
        const gaveUp = await barrier('both', { signal: AbortSignal.abort(new Error('no time')) }).catch(
          (e: Error) => e.message,
        )
        latch('gave up').countDown()
        await barrier('both')
        return gaveUp
      },
      b: async ({ barrier, latch }) => {
        await latch('gave up').wait()
        await barrier('both')
      },
    })
    expect(done.a).toContain('no time')
  })

  test.for([
    [{ parties: ['a', 'x'] }, "'x' is no connection of this run"],
    [{ count: 3 }, '3 parties cannot meet there: it has 2'],
    [{ parties: ['b'] }, "'a' is none of those who meet there"],
  ] as const)('with %j is refused', async ([options, message]) => {
    const run = coordinatorOf().run(unconnected, { a: ({ barrier }) => barrier('x', options), b: () => 1 })
    await expect(run).rejects.toThrow(`the barrier 'x': ${message}`)
  })

  test('is for the same parties whoever comes', async () => {
    const run = coordinatorOf().run(unconnected, {
      a: ({ barrier }) => barrier('x'),
      b: ({ barrier }) => barrier('x', { count: 1 }),
    })
    await expect(run).rejects.toThrow("'b' wants other parties to meet there than those who came before")
  })
})

describe('a latch', () => {
  test('opens at its count and stays open', async () => {
    const done = await coordinatorOf().run(unconnected, {
      a: async ({ latch }) => {
        await latch('x', 2).wait()
        await latch('x', 2).wait()
        return latch('x').count
      },
      b: ({ latch }) => {
        latch('x', 2).countDown()
        const { count } = latch('x')
        latch('x', 2).countDown()
        latch('x', 2).countDown()
        return count
      },
    })
    expect(done).toEqual({ a: 0, b: 1 })
  })

  test('has one count', async () => {
    const run = coordinatorOf().run(unconnected, { a: ({ latch }) => [latch('x', 2), latch('x', 3)] })
    await expect(run).rejects.toThrow("the latch 'x': 'a' wants it to count from 3, but it counts from 2")
  })
})

describe('turns', () => {
  test('go round in their order, past those who have completed', async () => {
    const said: string[] = []
    const rounds = { a: 1, b: 3, c: 2 }
    await coordinatorOf().run(
      unconnected,
      Object.fromEntries(
        Object.entries(rounds).map(([name, count]) => [
          name,
          async ({ turn }: { turn: (what: string, body: () => Promise<void>, options: object) => Promise<void> }) => {
            for (let round = 0; round < count; round++) {
              await turn('speaking', async () => void said.push(name), { order: ['c', 'a', 'b'] })
            }
          },
        ]),
      ),
    )
    expect(said).toEqual(['c', 'a', 'b', 'c', 'b', 'b'])
  })

  test('are kept while the body runs, and passed on when it fails', async () => {
    const said: string[] = []
    const done = await coordinatorOf().run(unconnected, {
      a: ({ turn }) =>
        turn('x', async () => {
          said.push('a begins')
          for (let tick = 0; tick < 10; tick++) await undefined
          said.push('a ends')
          throw new Error('so what')
        }).catch((error: Error) => error.message),
      b: ({ turn }) => turn('x', () => said.push('b')),
    })
    expect(said).toEqual(['a begins', 'a ends', 'b'])
    expect(done).toEqual({ a: 'so what', b: 3 })
  })

  test('stand still with one who has failed before his', async () => {
    const run = coordinatorOf().run(
      { ...unconnected, require: 1 },
      {
        a: () => Promise.reject(new Error('gone')),
        b: ({ turn }) => turn('x', () => 1),
        c: () => 2,
      },
    )
    expect((await run.outcomes).b.error?.message).toContain('it is the turn of a')
  })
})
