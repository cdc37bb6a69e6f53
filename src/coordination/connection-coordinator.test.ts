import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { DynamicMachine } from '../state-machine/dynamic-machine.ts'
import { TypedMachine } from '../state-machine/typed-machine.ts'
import type { CoordinationError } from '../errors/coordination-error.ts'
import { MultiConnectionStateMachine } from './multi-connection-state-machine.ts'
import { isFailedCoordination } from './task-outcome.ts'
import { SharedState } from './shared-state.ts'
import { coordinatorOf, unconnected } from './testing/coordinator.ts'

async function failureOf(run: Promise<unknown>): Promise<CoordinationError> {
  return run.then(
    () => expect.unreachable('the run ended well'),
    (error: CoordinationError) => error,
  )
}

describe('a run', () => {
  test('gives what each task returned, by its name', async () => {
    const done = await coordinatorOf().run(unconnected, { a: () => 1, b: async () => 'two' })
    expect(done).toEqual({ a: 1, b: 'two' })
  })

  test('runs one task on as many connections as are wanted', async () => {
    const done = await coordinatorOf().run({ ...unconnected, count: 3 }, ({ name, index }) => `${index} ${name}`)
    expect(done).toEqual({
      'connection-1': '0 connection-1',
      'connection-2': '1 connection-2',
      'connection-3': '2 connection-3',
    })
    expect(Object.keys(await coordinatorOf({ count: 4 }).run(unconnected, () => 1))).toHaveLength(4)
  })

  test('runs machines, given or returned, and gives their runs', async () => {
    const leader = new DynamicMachine<never, object>().register('leading', {
      to: ['completed'],
      execute: () => 'completed',
    })
    const done = await coordinatorOf().run(unconnected, {
      leader,
      follower: ({ events }) =>
        new TypedMachine({
          following: async () => {
            await events.waitFor('testCompleted', { from: 'leader' })
            return 'Completed'
          },
        }),
    })
    expect(done.leader.state).toBe('completed')
    expect(done.follower.history.map(({ state }) => state)).toEqual(['following', 'Completed'])
  })

  test.for([
    [{}, 0, 'a run has no tasks'],
    [{}, 101, '101 connections is more than the 100'],
    [{ require: 4 }, 3, 'require is 4, but the run has 3 tasks'],
    [{ require: 0 }, 3, 'require is 0'],
    [{ connections: { leader: {} } }, 1, "for a connection 'leader', which has no task"],
  ] as const)('with %j and %i tasks is refused by rejecting', async ([options, count, message]) => {
    const error = await failureOf(coordinatorOf().run({ ...unconnected, ...options, count }, () => 1))
    expect(error.message).toContain(message)
    expect(error.remedy).toBeTruthy()
  })
})

describe('a failure', () => {
  test('ends the others where all are required, and is told apart from their ends', async () => {
    const ended: string[] = []
    const run = coordinatorOf().run(unconnected, {
      failing: async ({ barrier }) => {
        await barrier('begun')
        throw new Error('out of luck')
      },
      waiting: async ({ barrier, signal, shared }) => {
        await barrier('begun')
        await shared.until(() => signal.aborted).catch((error: CoordinationError) => ended.push(error.code))
        signal.throwIfAborted()
      },
      sleeping: async ({ barrier, signal }) => {
        await barrier('begun')
        await sleep(60_000, undefined, { signal })
      },
    })
    const error = await failureOf(run)
    expect(error.code).toBe('COORDINATION_FAILED')
    expect(error.message).toBe(
      '1 of 3 tasks failed, and all are required:\n  failing: out of luck\n  told to end then: waiting, sleeping',
    )
    expect((error.cause as Error).message).toBe('out of luck')
    expect(ended).toEqual(['WAIT_ABORTED'])
    expect(await run.outcomes).toMatchObject({
      failing: { status: 'error', error: { message: 'out of luck' } },
      waiting: { status: 'error', aborted: true },
      sleeping: { status: 'error', aborted: true },
    })
  })

  test('is its own where any is required, and the others go on', async () => {
    const run = coordinatorOf().run(
      { ...unconnected, require: 'any' },
      {
        failing: () => Promise.reject(new Error('out of luck')),
        going: async ({ events }) => (await events.waitFor('testFailed')).from,
      },
    )
    const done = await run
    expect(done).toEqual({ going: 'failing' })
    expect(await run.outcomes).toEqual({
      failing: { status: 'error', error: new Error('out of luck') },
      going: { status: 'disconnected', value: 'failing' },
    })
  })

  test('fails the run as soon as the quorum cannot be had any more', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('no'))
    const tasks = { a: fail, b: () => 1, c: () => 2, d: fail }
    expect(await coordinatorOf().run({ ...unconnected, require: 2 }, tasks)).toEqual({ b: 1, c: 2 })
    const endless = ({ signal }: { signal: AbortSignal }): Promise<void> => sleep(60_000, undefined, { signal })
    const error = await failureOf(coordinatorOf().run({ ...unconnected, require: 3 }, { ...tasks, b: endless }))
    if (!isFailedCoordination(error)) throw error
    expect(error.errors).toHaveLength(2)
    expect(error.message).toContain('2 of 4 tasks failed, and 3 must end well:')
    expect(error.outcomes['b']).toMatchObject({ aborted: true })
  })

  test('of a machine is told with its path', async () => {
    const machine = new TypedMachine({
      initial: () => 'loading',
      loading: (): Promise<'Completed'> => Promise.reject(new Error('no such table')),
    })
    const error = await failureOf(coordinatorOf().run(unconnected, { a: machine, b: () => 1 }))
    expect(error.message).toMatch(
      / {2}a: .*failed in 'loading'.*no such table\n.*path: initial .* → loading .*✗ execute/,
    )
  })

  test('that is no error is told, too', async () => {
    // oxlint-disable-next-line prefer-promise-reject-errors -- users do
    const error = await failureOf(coordinatorOf().run(unconnected, { a: () => Promise.reject('just a text') }))
    expect(error.message).toContain('a: a task threw just a text')
  })

  test.for([
    [{ lost: 'the row' }, "{ lost: 'the row' }"],
    [Object.create(null) as unknown, '[Object: null prototype] {}'],
    [undefined, 'undefined'],
  ] as const)('shows the value %o that was thrown', async ([value, shown]) => {
    const throwing = (): never => {
      throw value
    }
    const error = await failureOf(coordinatorOf().run(unconnected, { a: throwing }))
    expect(error.message).toContain(`a: a task threw ${shown}`)
  })
})

describe('being cancelled', () => {
  test('ends waits, statements and machines, and says by what', async () => {
    const controller = new AbortController()
    const left: string[] = []
    const run = coordinatorOf().run(
      { ...unconnected, signal: controller.signal },
      {
        waiting: async ({ latch }) => latch('never').wait(),
        machine: new DynamicMachine<never, object>().register('working', {
          to: ['completed'],
          execute: async ({ signal }) => {
            controller.abort(new Error('enough'))
            await sleep(60_000, undefined, { signal })
            return 'completed'
          },
          exit: () => void left.push('working'),
        }),
      },
    )
    const error = await failureOf(run)
    expect([error.code, error.message]).toEqual(['COORDINATION_CANCELLED', 'the run was cancelled: enough'])
    expect(left).toEqual(['working'])
    expect(Object.values(await run.outcomes).map(({ aborted }) => aborted)).toEqual([true, true])
  })

  test('leaves a task alone that does not end', async () => {
    const clock = new SimulatedClock()
    const controller = new AbortController()
    const run = coordinatorOf({ clock }).run(
      { ...unconnected, signal: controller.signal },
      { deaf: () => new Promise<void>(() => undefined) },
    )
    const { outcomes } = run
    controller.abort(new Error('enough'))
    await clock.advance(4_999)
    expect(await Promise.race([outcomes, 'still there'])).toBe('still there')
    await clock.advance(1)
    expect((await outcomes).deaf.error?.message).toContain("'deaf' was told to end, and did not within 5000 ms")
    expect(clock.pending).toBe(0)
  })

  test('happens to what is under way when the coordinator is closed', async () => {
    const coordinator = coordinatorOf()
    const run = coordinator.run(unconnected, { a: ({ shared }) => shared.until(() => false) })
    const failure = failureOf(run)
    await coordinator.close()
    expect((await failure).code).toBe('COORDINATION_CANCELLED')
  })

  test('happens to nobody who was done', async () => {
    const controller = new AbortController()
    expect(await coordinatorOf().run({ ...unconnected, signal: controller.signal }, { a: () => 1 })).toEqual({ a: 1 })
    controller.abort()
  })
})

describe('a wait that cannot end', () => {
  test('is told at once with who waits for what, when two wait for each other', async () => {
    const error = await failureOf(
      coordinatorOf().run(unconnected, {
        leader: ({ mailbox }) => (mailbox as { receive(kind: string): Promise<unknown> }).receive('counted'),
        follower: ({ barrier }) => barrier('begun'),
      }),
    )
    expect(error.message.replaceAll(/\d+ ms/g, 'N ms')).toContain(`
  leader: 'leader' waited for the message 'counted', and nobody is left who could end it
    at that moment:
      leader waits for the message 'counted' (for N ms)
      follower waits for the barrier 'begun' (for N ms; 1 of 2 have come)
    Each of those who could has ended, or waits as well.
  follower: 'follower' waited for the barrier 'begun', and nobody is left who could end it`)
  })

  test('is told when the only one who could end it is gone, though others go on', async () => {
    const run = coordinatorOf().run(
      { ...unconnected, require: 'any' },
      {
        gone: () => 1,
        busy: async ({ events }) => {
          const { detail } = await events.waitFor('testFailed', { from: 'waiting' })
          return (detail.error as CoordinationError).code
        },
        waiting: ({ events }) => events.waitFor('connectionEstablished', { from: 'gone' }),
      },
    )
    expect(await run).toMatchObject({ busy: 'WAIT_CANNOT_END' })
    expect((await run.outcomes).waiting.error?.message).toContain('gone has completed')
  })

  test('is none while a task has a timer, a file or another wait of its own under way', async () => {
    const done = await coordinatorOf().run(
      { ...unconnected, shared: new SharedState({ n: 0 }) },
      {
        racing: async ({ shared }) => {
          const waited = shared.until(({ n }) => n > 0)
          const later = sleep(80).then(() => shared.update(() => ({ n: 1 })))
          await Promise.all([waited, later])
          return shared.value.n
        },
        waiting: async ({ shared }) => (await shared.until(({ n }) => n === 1)).n,
      },
    )
    expect(done).toEqual({ racing: 1, waiting: 1 })
  })

  test('is none while the test itself has not come to wait for the run', async () => {
    const shared = new SharedState({ go: false })
    const run = coordinatorOf().run(
      { ...unconnected, shared },
      {
        a: async (connection) => (await connection.shared.until(({ go }) => go)).go,
      },
    )
    await sleep(30)
    shared.update(() => ({ go: true }))
    expect(await run).toEqual({ a: true })
  })

  test('is told to the test, too, when all tasks have ended', async () => {
    const shared = new SharedState({ n: 0 })
    const run = coordinatorOf().run({ ...unconnected, shared }, { a: () => 1 })
    const error = await failureOf(shared.until(({ n }) => n > 0))
    expect(error.message).toContain("'the test' waited for the shared state to meet ({ n }) => n > 0")
    await run
  })

  test('does not depend on timers that a test has installed', async () => {
    vi.useFakeTimers()
    try {
      const error = await failureOf(coordinatorOf().run(unconnected, { a: ({ latch }) => latch('never').wait() }))
      expect(error.message).toContain("waited for the latch 'never'")
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('limits of waits', () => {
  test('are the run’s, or their own', async () => {
    const clock = new SimulatedClock()
    const never = new Promise<void>(() => undefined)
    const codes: string[] = []
    const controller = new AbortController()
    const run = coordinatorOf({ clock, timeout: 900 }).run(
      { ...unconnected, signal: controller.signal },
      {
        a: async ({ shared }) => {
          await shared
            .until(() => false)
            .catch((error: CoordinationError) => codes.push(`${clock.now()} ${error.code}`))
          await shared
            .until(() => false, { timeout: 50 })
            .catch((error: CoordinationError) => codes.push(`${clock.now()} ${error.code}`))
        },
        busy: () => never,
      },
    )
    const { outcomes } = run
    await clock.advance(1_000)
    expect(codes).toEqual(['900 WAIT_TIMEOUT', '950 WAIT_TIMEOUT'])
    controller.abort()
    await clock.advance(5_000)
    await outcomes
  })

  test('say who waited for what, and what the others did', async () => {
    const clock = new SimulatedClock()
    const run = coordinatorOf({ clock }).run(
      { ...unconnected, timeout: 20 },
      {
        a: ({ turn }) => turn('writing', () => 1, { order: ['b', 'a'] }),
        b: () => new Promise<void>(() => undefined),
      },
    )
    const { outcomes } = run
    await clock.advance(20 + 5_000)
    expect((await outcomes).a.error?.message).toBe(
      "'a' waited for its turn of 'writing', for 20 ms, and it did not end\n  at that moment:\n" +
        "    a waits for its turn of 'writing' (for 20 ms; it is the turn of b)\n    b is running\n" +
        '  Find out who was to end it, or give it more time: `timeout`, or connections.timeout for all.',
    )
  })

  test('may be a signal of the wait alone', async () => {
    const codes = await coordinatorOf().run(unconnected, {
      a: ({ shared }) =>
        shared
          .until(() => false, { signal: AbortSignal.timeout(1) })
          .then(
            () => '',
            (error: CoordinationError) => error.code,
          ),
    })
    expect(codes.a).toBe('WAIT_ABORTED')
  })

  test('a wait that nobody awaits fails its task', async () => {
    const error = await failureOf(coordinatorOf().run(unconnected, { a: ({ barrier }) => void barrier('forgotten') }))
    expect(error.message).toContain("'a' did not await the barrier 'forgotten'")
  })
})

describe('machines of a MultiConnectionStateMachine', () => {
  const machine = (to: 'Completed' | 'Error') => new TypedMachine({ working: () => to })

  test('run side by side, and one failure is its own', async () => {
    const machines = new MultiConnectionStateMachine(coordinatorOf(), { require: 2 })
      .add('one', machine('Completed'))
      .add('two', ({ name }) => new TypedMachine({ [name]: () => 'Completed' as const }))
      .add('three', machine('Error'))
    const run = machines.run()
    const done = await run
    expect([done.one?.state, done.two?.history[0]?.state]).toEqual(['Completed', 'two'])
    expect((await run.outcomes).three.error?.message).toContain("because the handler of 'working' chose it")
  })

  test('have names of their own', () => {
    const machines = new MultiConnectionStateMachine(coordinatorOf()).add('one', machine('Completed'))
    expect(() => machines.add('one', machine('Completed'))).toThrow("there is a machine 'one' already")
  })
})
