import { describe, expect, test } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { CoordinationEvents } from './coordination-events.ts'
import { coordinatorOf, unconnected } from './testing/coordinator.ts'

interface Own {
  loaded: { rows: number }
  paused: undefined
}

describe('events', () => {
  test('are told in order, with who and when, and can be told again', async () => {
    const clock = new SimulatedClock(1_000)
    const events = new CoordinationEvents<Own>()
    const live: string[] = []
    events.subscribe(({ kind, from }) => live.push(`${kind} ${from}`))
    await coordinatorOf({ clock }).run(
      { ...unconnected, events },
      {
        a: (connection) => {
          connection.events.emit('loaded', { rows: 3 })
          connection.events.emit('paused')
        },
      },
    )
    expect(live).toEqual(['loaded a', 'paused a', 'testCompleted a'])
    expect(events.all).toEqual([
      { sequence: 1, at: 1_000, kind: 'loaded', from: 'a', detail: { rows: 3 } },
      { sequence: 2, at: 1_000, kind: 'paused', from: 'a', detail: undefined },
      { sequence: 3, at: 1_000, kind: 'testCompleted', from: 'a', detail: { result: undefined } },
    ])
    const again: number[] = []
    const stop = events.subscribe(({ detail }) => again.push(detail.rows), { kind: 'loaded', replay: true })
    events.emit('loaded', { rows: 4 })
    stop()
    events.emit('loaded', { rows: 5 })
    expect(again).toEqual([3, 4])
    expect(events.all.at(-1)?.from).toBe('the test')
  })

  test('that have happened are not waited for in vain, unless later ones are wanted', async () => {
    const done = await coordinatorOf().run(
      { ...unconnected, events: new CoordinationEvents<Own>() },
      {
        a: async ({ events, latch }) => {
          events.emit('loaded', { rows: 1 })
          latch('one').countDown()
          await events.waitFor('paused', { from: 'b' })
          events.emit('loaded', { rows: 2 })
        },
        b: async ({ events, latch }) => {
          await latch('one').wait()
          const first = await events.waitFor('loaded')
          events.emit('paused')
          const second = await events.waitFor('loaded', { after: first.sequence })
          return [first.detail.rows, second.detail.rows]
        },
      },
    )
    expect(done.b).toEqual([1, 2])
  })

  test('of a connection that has ended without them cannot be waited for', async () => {
    const run = coordinatorOf().run(
      { ...unconnected, events: new CoordinationEvents<Own>() },
      { a: () => 1, b: ({ events }) => events.waitFor('loaded', { from: 'a' }) },
    )
    await expect(run).rejects.toThrow("'b' waited for the event 'loaded' of a, and nobody is left who could end it")
  })

  test('allConnectionsReady cannot come once a connection could not be had', async () => {
    const run = coordinatorOf().run(
      { connect: false, require: 'any', connections: { b: { connect: true } } },
      { a: ({ events }) => events.waitFor('allConnectionsReady'), b: () => 1, c: () => 2 },
    )
    const { a, b } = await run.outcomes
    expect(b.error?.message).toBe('nothing is to be opened here')
    expect(a.error?.message).toContain("waited for the event 'allConnectionsReady', and nobody is left")
  })
})
