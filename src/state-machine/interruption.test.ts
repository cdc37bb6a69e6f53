import { describe, expect, test } from 'vitest'
import { SimulatedClock } from '../clock/simulated-clock.ts'
import { sleep } from '../clock/sleep.ts'
import type { FailedRunError } from './failed-run-error.ts'
import { runMachine } from './run-machine.ts'
import { TypedMachine } from './typed-machine.ts'

const context = {}

/** Attached at once, because a run may fail while its clock is being moved. */
function settled(run: Promise<unknown>): Promise<FailedRunError> {
  return run.then(
    () => {
      throw new Error('the run was expected to fail')
    },
    (error: unknown) => error as FailedRunError,
  )
}

const forever = (): Promise<'Completed'> => new Promise(() => {})

describe('a state that takes too long', () => {
  test('is interrupted and left, its signal aborted, with the time and the phase named', async () => {
    const clock = new SimulatedClock()
    const calls: string[] = []
    const machine = new TypedMachine({
      waiting: {
        timeout: 50,
        execute: ({ signal }) => {
          signal.addEventListener('abort', () =>
            calls.push(`aborted: ${(signal.reason as Error).message.split('\n')[0]}`),
          )
          return forever()
        },
        exit: ({ signal }) => void calls.push(`exit, ${signal.aborted ? 'aborted' : 'with a signal of its own'}`),
      },
    })
    const failed = settled(runMachine(machine, { context, clock }))
    await clock.advance(50)
    const failure = await failed
    expect(failure.cause).toMatchObject({ code: 'STATE_TIMEOUT' })
    expect(failure.run.history[0]).toMatchObject({ outcome: 'timed out', phase: 'execute', milliseconds: 50 })
    expect(calls).toEqual([
      "aborted: state 'waiting' did not end within 50 ms (execute)",
      'exit, with a signal of its own',
    ])
    expect(clock.pending).toBe(0)
  })

  test('has a limit of its own in each visit', async () => {
    const clock = new SimulatedClock()
    const machine = new TypedMachine(
      {
        a: () => sleep(clock, 40).then(() => 'b' as const),
        b: () => sleep(clock, 40).then(() => 'c' as const),
        c: () => sleep(clock, 40).then(() => 'Completed' as const),
      },
      { stateTimeout: 50 },
    )
    const run = runMachine(machine, { context, clock })
    await clock.advance(200)
    await expect(run).resolves.toMatchObject({ state: 'Completed', milliseconds: 120 })
    expect(clock.pending).toBe(0)
  })

  test('gives up an exit and a cleanup that never end, and keeps all errors', async () => {
    const clock = new SimulatedClock()
    const machine = new TypedMachine(
      {
        stuck: {
          execute: ({ onCleanup }) => {
            onCleanup(async () => void (await forever()))
            return 'Completed'
          },
          exit: async () => void (await forever()),
        },
      },
      { exitTimeout: 30 },
    )
    const failed = settled(runMachine(machine, { context, clock }))
    await clock.advance(60)
    expect((await failed).message).toContain("exit of 'stuck' did not end within 30 ms")
    expect((await failed).message).toContain('cleanup did not end within 30 ms')
  })

  test('has what it has under way ended before its exit runs', async () => {
    const clock = new SimulatedClock()
    const calls: string[] = []
    const machine = new TypedMachine({
      waiting: { timeout: 10, execute: forever, exit: () => void calls.push('exit') },
    })
    const failed = settled(
      runMachine(machine, { context, clock, onInterrupt: async () => void calls.push('interrupt') }),
    )
    await clock.advance(10)
    await failed
    expect(calls).toEqual(['interrupt', 'exit'])
  })
})

describe('a run that takes too long', () => {
  test('is ended in the state that it is in', async () => {
    const clock = new SimulatedClock()
    const machine = new TypedMachine(
      { a: () => sleep(clock, 40).then(() => 'b' as const), b: { timeout: 1_000, execute: forever } },
      { timeout: 100 },
    )
    const failed = settled(runMachine(machine, { context, clock }))
    await clock.advance(100)
    const { cause, run } = await failed
    expect(cause).toMatchObject({
      code: 'STATE_RUN_TIMEOUT',
      message: expect.stringContaining("it was in 'b' (execute)"),
    })
    expect(run.history[1]).toMatchObject({ outcome: 'timed out', milliseconds: 60 })
  })

  test('is ended even when its handlers never let a timer fire', async () => {
    let now = 0
    const clock = { now: () => ++now, setTimeout: () => undefined, clearTimeout: () => undefined }
    const machine = new TypedMachine(
      { ping: async () => 'pong', pong: async () => 'ping' },
      { timeout: 100, maxSteps: 1e9 },
    )
    const failure = await settled(runMachine(machine, { context, clock }))
    expect(failure.cause).toMatchObject({ code: 'STATE_RUN_TIMEOUT' })
  })
})

describe('a run that is cancelled', () => {
  test('is interrupted with the reason as cause, left and cleaned up', async () => {
    const controller = new AbortController()
    const calls: string[] = []
    const machine = new TypedMachine({
      waiting: {
        execute: ({ onCleanup }) => {
          onCleanup(() => void calls.push('cleanup'))
          queueMicrotask(() => controller.abort(new Error('the test ended')))
          return forever()
        },
        exit: () => void calls.push('exit'),
      },
    })
    const failure = await settled(runMachine(machine, { context, signal: controller.signal }))
    expect(failure.cause).toMatchObject({ code: 'STATE_ABORTED', cause: new Error('the test ended') })
    expect(failure.run.history[0]?.outcome).toBe('aborted')
    expect(calls).toEqual(['exit', 'cleanup'])
  })

  test('does not begin when it was cancelled before', async () => {
    const calls: string[] = []
    const machine = new TypedMachine({
      first: { execute: () => (calls.push('execute'), 'Completed'), exit: () => void calls.push('exit') },
    })
    const failure = await settled(runMachine(machine, { context, signal: AbortSignal.abort() }))
    expect(failure.run.history).toMatchObject([{ state: 'first', outcome: 'aborted' }, { state: 'Error' }])
    expect(calls).toEqual([])
  })
})

describe('hooks', () => {
  test('see each transition before the new state is entered and after', async () => {
    const calls: string[] = []
    const machine = new TypedMachine(
      {
        a: { execute: () => 'b', exit: () => void calls.push('exit a') },
        b: { enter: () => void calls.push('enter b'), execute: () => (calls.push('execute b'), 'Completed') },
      },
      { beforeTransition: ({ from, to }) => void calls.push(`before ${from} → ${to}`) },
    )
    const afterTransition = ({ from, to }: { from: string; to: string }): void =>
      void calls.push(`after ${from} → ${to}`)
    await runMachine(machine, { context, hooks: { afterTransition } })
    expect(calls).toEqual([
      'exit a',
      'before a → b',
      'enter b',
      'after a → b',
      'execute b',
      'before b → Completed',
      'after b → Completed',
    ])
  })

  test('fail the run when they throw, before the new state is entered', async () => {
    const calls: string[] = []
    const machine = new TypedMachine({
      a: () => 'b',
      b: { execute: () => (calls.push('execute b'), 'Completed'), exit: () => void calls.push('exit b') },
    })
    const beforeTransition = ({ to }: { to: string }): void => {
      if (to === 'b') throw new Error('not there')
    }
    const { run } = await settled(runMachine(machine, { context, hooks: { beforeTransition } }))
    expect(run.history[1]).toMatchObject({ state: 'b', phase: 'hook', error: new Error('not there') })
    expect(calls).toEqual([])
  })
})
