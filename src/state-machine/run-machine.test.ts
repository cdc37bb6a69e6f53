import { describe, expect, test } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { sleep } from '../clock/sleep.ts'
import { DynamicMachine } from './dynamic-machine.ts'
import { isFailedRun, type FailedRunError } from './failed-run-error.ts'
import type { Machine } from './machine.ts'
import { runMachine, type RunOptions } from './run-machine.ts'
import { TypedMachine } from './typed-machine.ts'

interface Carried {
  readonly account: string
}

const carried: Carried = { account: 'ada' }

/** The failure of a run that must fail. */
async function failureOf<S extends string>(
  machine: Machine<S, Carried>,
  options: Partial<RunOptions<Carried>> = {},
): Promise<FailedRunError> {
  try {
    await runMachine(machine, { context: carried, ...options })
  } catch (error) {
    if (isFailedRun(error)) return error
    throw error
  }
  throw new Error('the run was expected to fail')
}

describe('a run', () => {
  test('returns its history: states, handlers, times and where each went', async () => {
    const clock = new SimulatedClock(1_000)
    const machine = new TypedMachine({
      initial: () => 'loading',
      loading: { name: 'load', execute: () => sleep(clock, 40).then(() => 'Completed' as const) },
    })
    const running = runMachine(machine, { context: carried, clock })
    await clock.advance(40)
    const run = await running
    expect(run).toMatchObject({ state: 'Completed', milliseconds: 40, errors: [] })
    expect(run.history).toMatchObject([
      { state: 'initial', handler: 'initial', enteredAt: 1_000, leftAt: 1_000, outcome: 'passed', next: 'loading' },
      { state: 'loading', handler: 'load', enteredAt: 1_000, leftAt: 1_040, milliseconds: 40, next: 'Completed' },
      { state: 'Completed', handler: undefined, enteredAt: 1_040, outcome: 'passed', next: undefined },
    ])
  })

  test('calls enter, execute and exit on the handler itself, so that a class can be one', async () => {
    class Counting {
      calls: string[] = []
      enter(): void {
        this.calls.push('enter')
      }
      execute(): 'Completed' {
        this.calls.push('execute')
        return 'Completed'
      }
      exit(): void {
        this.calls.push('exit')
      }
    }
    const counting = new Counting()
    const run = await runMachine(new TypedMachine({ counting }), { context: carried })
    expect(counting.calls).toEqual(['enter', 'execute', 'exit'])
    expect(run.history[0]?.handler).toBe('Counting')
  })

  test('skips execute when enter chooses another state, and still leaves', async () => {
    const calls: string[] = []
    const machine = new TypedMachine({
      first: {
        enter: () => 'Completed',
        execute: () => (calls.push('execute'), 'Completed'),
        exit: () => void calls.push('exit'),
      },
    })
    await runMachine(machine, { context: carried })
    expect(calls).toEqual(['exit'])
  })

  test('lays what it carries and what states provide under every context, without touching the original', async () => {
    const seen: string[] = []
    const machine = new TypedMachine<'rename' | 'read', Carried>({
      rename: ({ account, provide }) => {
        seen.push(account)
        provide({ account: 'grace' })
        return 'read'
      },
      read: ({ account }) => (seen.push(account), 'Completed'),
    })
    await runMachine(machine, { context: carried })
    await runMachine(machine, { context: carried })
    expect(seen).toEqual(['ada', 'grace', 'ada', 'grace'])
  })

  test('gives each handler local data of its own, made anew in each run', async () => {
    const seen: unknown[] = []
    const machine = new DynamicMachine()
      .register('counting', {
        to: ['looking'],
        local: () => ({ count: 0 }),
        execute: ({ local }) => (seen.push(++local.count), 'looking'),
      })
      .register('looking', { to: ['completed'], execute: ({ local }) => (seen.push(local), 'completed') })
    await runMachine(machine, { context: carried })
    await runMachine(machine, { context: carried })
    expect(seen).toEqual([1, undefined, 1, undefined])
  })

  test('shares data on purpose: a map in dynamic machines, typed data in typed ones', async () => {
    const dynamic = new DynamicMachine()
      .register('write', { to: ['read'], execute: ({ data }) => (data.set('rows', 3), 'read') })
      .register('read', {
        to: ['completed', 'error'],
        execute: ({ data }) => (data.get('rows') === 3 ? 'completed' : 'error'),
      })
    const typed = new TypedMachine<'write' | 'read', Carried, { rows: number }>(
      {
        write: ({ data }) => ((data.rows += 3), 'read'),
        read: ({ data }) => (data.rows === 3 ? 'Completed' : 'Error'),
      },
      { data: () => ({ rows: 0 }) },
    )
    for (const machine of [dynamic, typed, dynamic, typed]) {
      await expect(runMachine<string, Carried>(machine, { context: carried })).resolves.toMatchObject({ errors: [] })
    }
  })

  test('runs cleanups in reverse order after the last state, however it ended', async () => {
    const calls: string[] = []
    const machine = new TypedMachine({
      first: ({ onCleanup }) => (onCleanup(() => void calls.push('first')), 'second'),
      second: ({ onCleanup }) => {
        onCleanup(async () => void calls.push('second'))
        throw new Error('no')
      },
      Error: ({ error }) => (calls.push(`error state: ${(error as Error).message}`), 'Error'),
    })
    await failureOf(machine)
    expect(calls).toEqual(['error state: no', 'second', 'first'])
  })
})

describe('a run that fails', () => {
  test('keeps the errors of execute and of exit, and shows its path', async () => {
    const broken = new Error('duplicate entry')
    const stuck = new Error('cannot tidy up')
    const failure = await failureOf(
      new TypedMachine({
        initial: () => 'loading',
        loading: {
          execute: () => Promise.reject(broken),
          exit: () => Promise.reject(stuck),
        },
      }),
      { clock: new SimulatedClock() },
    )
    expect(failure.code).toBe('STATE_FAILED')
    expect(failure.run.history[1]).toMatchObject({
      outcome: 'failed',
      phase: 'execute',
      error: broken,
      exitError: stuck,
    })
    expect((failure.cause as AggregateError).errors).toEqual([broken, stuck])
    expect(failure.message).toBe(
      "the state machine failed in 'loading' (execute): duplicate entry\n  and: cannot tidy up\n  path: initial 0.0 ms → loading 0.0 ms ✗ execute → Error",
    )
  })

  test('leaves a state whose enter failed, and does not execute it', async () => {
    const calls: string[] = []
    const failure = await failureOf(
      new TypedMachine({
        first: {
          enter: () => Promise.reject(new Error('no')),
          execute: () => (calls.push('execute'), 'Completed'),
          exit: () => void calls.push('exit'),
        },
      }),
    )
    expect(calls).toEqual(['exit'])
    expect(failure.run.history[0]).toMatchObject({ phase: 'enter', outcome: 'failed' })
  })

  test('goes to its error state when only exit failed', async () => {
    const machine = new TypedMachine({
      first: { execute: () => 'Completed', exit: () => Promise.reject(new Error('no')) },
    })
    const { run } = await failureOf(machine)
    expect(run.history).toMatchObject([{ state: 'first', phase: 'exit', next: 'Error' }, { state: 'Error' }])
  })

  test('rejects with a failed cleanup although it was completed', async () => {
    const failure = await failureOf(
      new TypedMachine({
        first: ({ onCleanup }) => (onCleanup(() => Promise.reject(new Error('table is locked'))), 'Completed'),
      }),
    )
    expect(failure.run.state).toBe('Completed')
    expect(failure.message).toContain("ended in 'Completed', but its cleanup failed: table is locked")
  })

  test('says who chose the error state when nothing was thrown', async () => {
    const failure = await failureOf(new TypedMachine({ checking: () => 'Error' }))
    expect(failure.message).toContain("ended in 'Error' because the handler of 'checking' chose it")
  })

  test('names both states of a transition that is not declared, and what was allowed', async () => {
    const machine = new DynamicMachine()
      .register('a', { to: ['b', 'c'], execute: () => 'd' as 'b' })
      .register('b', { to: ['completed'], execute: () => 'completed' })
    const failure = await failureOf(machine)
    expect(failure.cause).toMatchObject({ code: 'STATE_UNDECLARED_TRANSITION' })
    expect(failure.message).toContain("state 'a' went to 'd', but it may go to: 'b', 'c'")
  })

  test('names a state without handler, who went to it, and the states that have one', async () => {
    const failure = await failureOf(new DynamicMachine().register('a', { to: ['b'], execute: () => 'b' }))
    expect(failure.cause).toMatchObject({ code: 'STATE_WITHOUT_HANDLER' })
    expect(failure.message).toContain("state 'b' has no handler ('a' went to it); states with one: 'a'")
  })

  test('reports a handler that forgot to return a state', async () => {
    const failure = await failureOf(new TypedMachine({ a: (() => undefined) as unknown as () => 'Completed' }))
    expect(failure.message).toContain("state 'a' returned no state, but it may go to: 'a', 'Completed', 'Error'")
  })

  test('does not let an end state go anywhere', async () => {
    const machine = new TypedMachine({ a: () => 'Completed', Completed: () => 'a' })
    const failure = await failureOf(machine)
    expect(failure.message).toContain("state 'Completed' went to 'a', but it may go to: no other (it is an end state)")
  })

  test('is a failure when the machine has no states', async () => {
    expect((await failureOf(new DynamicMachine())).cause).toMatchObject({ code: 'STATE_NONE' })
  })

  test('stops an endless loop and shows its last states', async () => {
    const machine = new TypedMachine({ ping: () => 'pong', pong: () => 'ping' }, { maxSteps: 8 })
    const failure = await failureOf(machine)
    expect(failure.cause).toMatchObject({ code: 'STATE_MAX_STEPS' })
    expect(failure.message).toContain(
      'did not end within 8 steps; the last were ping → pong → ping → pong → ping → pong',
    )
  })
})

test.for([
  ['a timeout of zero', () => new TypedMachine({ a: () => 'Completed' }, { timeout: 0 }), 'timeout is 0'],
  ['a timeout that is no number', () => new DynamicMachine({ stateTimeout: Number.NaN }), 'stateTimeout is NaN'],
  ['a number as name', () => new TypedMachine({ b: () => 'Completed', 7: () => 'Completed' }), "a state is named '7'"],
  ['an empty name', () => new TypedMachine({ '': () => 'Completed' }), 'a state has an empty name'],
  [
    'a state that is registered twice',
    () => {
      const handler = { to: ['completed'], execute: () => 'completed' as const } as const
      return new DynamicMachine().register('a', handler).register('a', handler)
    },
    "state 'a' has a handler already",
  ],
] as const)('%s is refused when the machine is declared', ([, declare, message]) => {
  expect(declare).toThrow(message)
})
