import { describe, expect, test } from 'vitest'
import type { TidbTestError } from '../errors/tidb-test-error.ts'
import { DynamicMachine } from './dynamic-machine.ts'
import { followPath } from './explore-follow.ts'
import type { ExplorationModel } from './explore-model.ts'
import { explorePaths } from './explore-paths.ts'
import { exploreWalks } from './explore-walks.ts'
import { isFailedRun } from './failed-run-error.ts'
import type { Machine } from './machine.ts'
import { runMachine } from './run-machine.ts'
import { TypedMachine } from './typed-machine.ts'

const run = <S extends string>(machine: Machine<S>) => runMachine(machine, { context: {} })
const rows = (data: Map<string, unknown>): number => (data.get('rows') as number | undefined) ?? 0

/** A table of up to two rows, which must have one when it is checked. `store` is what the handlers work on. */
function table(store: number[] = []) {
  const note = (data: Map<string, unknown>): void => void data.set('rows', store.length)
  return new DynamicMachine()
    .register('creating', { to: ['inserting'], execute: ({ data }) => (store.splice(0), note(data), 'inserting') })
    .register('inserting', {
      to: ['inserting', 'deleting', 'checking'],
      guards: { inserting: (data) => rows(data) < 2 },
      execute: ({ data }) => (store.push(store.length), note(data)),
    })
    .register('deleting', {
      to: ['inserting', 'checking'],
      guards: { checking: (data) => rows(data) > 0 },
      execute: ({ data }) => (store.pop(), note(data)),
    })
    .register('checking', { to: ['completed'], guards: {} })
}

const model: ExplorationModel = {
  creating: (data) => data.set('rows', 0),
  inserting: (data) => data.set('rows', rows(data) + 1),
  deleting: (data) => data.set('rows', rows(data) - 1),
}

const failureOf = async (promise: Promise<unknown>): Promise<TidbTestError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return (isFailedRun(error) ? error.cause : error) as TidbTestError
}

describe('guards', () => {
  const guarded = (open: boolean, chosen?: 'left' | 'right') =>
    new DynamicMachine()
      .register('start', {
        to: ['left', 'right'],
        guards: { left: () => open },
        execute: () => chosen,
      })
      .register('left', { to: ['completed'], execute: () => 'completed' })
      .register('right', { to: ['completed'], execute: () => 'completed' })

  test('choose the first transition that is open when the handler chooses none', async () => {
    expect((await run(guarded(true))).history[0]?.next).toBe('left')
    expect((await run(guarded(false))).history[0]?.next).toBe('right')
  })

  test('let a handler choose what is open, and nothing else', async () => {
    expect((await run(guarded(false, 'right'))).history[0]?.next).toBe('right')
    const failure = await failureOf(run(guarded(false, 'left')))
    expect(failure.code).toBe('STATE_GUARD_CLOSED')
    expect(failure.message).toContain("state 'start' went to 'left', whose guard is closed; open now: 'right'")
  })

  test('fail the run when none is open', async () => {
    const stuck = new DynamicMachine().register('start', { to: ['completed'], guards: { completed: () => false } })
    const failure = await failureOf(run(stuck))
    expect(failure.code).toBe('STATE_GUARDS_CLOSED')
    expect(failure.message).toContain("no way out of state 'start' is open: 'completed'")
  })

  test('see the data that the states before have left', async () => {
    const machine = new DynamicMachine()
      .register('filling', { to: ['choosing'], execute: ({ data }) => (data.set('rows', 3), 'choosing') })
      .register('choosing', {
        to: ['emptying', 'completed'],
        guards: { emptying: (data) => rows(data) > 2 },
      })
      .register('emptying', { to: ['completed'], execute: () => 'completed' })
    expect((await run(machine)).history.map(({ state }) => state)).toContain('emptying')
  })

  test('are refused for a state that is not in `to`, and drawn in the diagram', () => {
    const guards = { elsewhere: () => true } as object
    expect(() => new DynamicMachine().register('start', { to: ['completed'], guards })).toThrow(
      "state 'start' has a guard for 'elsewhere', which is not in its `to`",
    )
    expect(guarded(true).toMermaid()).toContain('start --> left: guarded\n  start --> right\n')
  })
})

describe('explorePaths', () => {
  test('covers every state and every transition, each path open to its guards', async () => {
    const store: number[] = []
    const machine = table(store)
    const paths = explorePaths(machine, { model })
    const made = new Set(paths.flatMap(({ states }) => states.slice(1).map((to, at) => `${states[at]} → ${to}`)))
    expect([...made].toSorted()).toEqual([
      'checking → completed',
      'creating → inserting',
      'deleting → checking',
      'deleting → inserting',
      'inserting → checking',
      'inserting → deleting',
      'inserting → inserting',
    ])
    for (const { name, states } of paths) {
      const { history } = await run(followPath(machine, states))
      expect(history.map(({ state }) => state)).toEqual(states)
      expect(name).toBe(states.join(' → '))
    }
  })

  test('needs no path twice: none makes only transitions that the others make', () => {
    const paths = explorePaths(table(), { model }).map(({ states }) =>
      states.slice(1).map((to, at) => `${states[at]} → ${to}`),
    )
    for (const path of paths) {
      const others = new Set(paths.filter((other) => other !== path).flat())
      expect(path.some((transition) => !others.has(transition))).toBe(true)
    }
  })

  test('goes into the declared error state too, as a failure that was chosen', async () => {
    const machine = new DynamicMachine().register('checking', { to: ['completed', 'error'], guards: {} })
    const paths = explorePaths(machine)
    expect(paths.map(({ name }) => name)).toEqual(['checking → completed', 'checking → error'])
    const failure = await run(followPath(machine, ['checking', 'error'])).catch((error: unknown) => error)
    expect(isFailedRun(failure) && failure.run).toMatchObject({ state: 'error', errors: [] })
  })

  test.for([
    [
      'a transition that guards never open',
      () => explorePaths(table()),
      'no path makes the transition deleting → checking',
    ],
    [
      'a state that leads to no end',
      () => explorePaths(new DynamicMachine().register('a', { to: ['a'], guards: {} })),
      "no path leads from state 'a' to an end",
    ],
    [
      'data that grows without end',
      () =>
        explorePaths(new DynamicMachine().register('a', { to: ['a', 'completed'], guards: {} }), {
          model: { a: (data) => data.set('rows', rows(data) + 1) },
          maxPlaces: 50,
        }),
      'there are more than 50 pairs of state and data; one is \'a\' with Map{"rows":',
    ],
    [
      'a state that does not say where it goes',
      () => explorePaths(new TypedMachine({ a: () => 'Completed' })),
      "state 'a' does not declare where it may go",
    ],
    [
      'a model of a state that is not there',
      () => explorePaths(table(), { model: { insrting: () => undefined } }),
      "the model has a state 'insrting'",
    ],
    [
      'a state without handler',
      () => explorePaths(new DynamicMachine().register('a', { to: ['b'], guards: {} })),
      "state 'b' has no handler",
    ],
    ['no state at all', () => explorePaths(new DynamicMachine()), 'the machine has no states'],
  ] as const)('refuses %s', ([, explore, message]) => {
    expect(explore).toThrow(message)
  })

  test('explores typed machines that declare where they go', () => {
    const machine = new TypedMachine({
      loading: { to: ['checking'], execute: () => 'checking' },
      checking: { to: ['loading', 'Completed'], execute: () => 'Completed' },
    })
    expect(explorePaths(machine).map(({ states }) => states)).toEqual([
      ['loading', 'checking', 'loading', 'checking', 'Completed'],
    ])
  })
})

describe('followPath', () => {
  test('fails where the handler chooses another state than the path', async () => {
    const machine = new DynamicMachine()
      .register('a', { to: ['b', 'completed'], execute: () => 'completed' })
      .register('b', { to: ['completed'], execute: () => 'completed' })
    const failure = await failureOf(run(followPath(machine, ['a', 'b', 'completed'])))
    expect(failure.code).toBe('STATE_DEVIATED')
    expect(failure.message).toContain("the path leads from 'a' to 'b', but its handler went to 'completed'")
  })

  test('fails where a guard is closed by what really happened', async () => {
    const path = ['creating', 'inserting', 'inserting', 'inserting']
    expect((await failureOf(run(followPath(table(), path)))).code).toBe('STATE_GUARD_CLOSED')
  })

  test('is completed where the path stops short, and can be run again', async () => {
    const machine = followPath(table(), ['creating', 'inserting'])
    for (const { state, history } of [await run(machine), await run(machine)]) {
      expect(state).toBe('completed')
      expect(history).toHaveLength(3)
    }
  })

  test('follows what enter chooses', async () => {
    const machine = new DynamicMachine()
      .register('a', { to: ['b', 'completed'], enter: () => 'b', execute: () => 'completed' })
      .register('b', { to: ['completed'], execute: () => 'completed' })
    const { history } = await run(followPath(machine, ['a', 'b', 'completed']))
    expect(history.map(({ state }) => state)).toEqual(['a', 'b', 'completed'])
  })

  test('refuses a path that the machine does not have', () => {
    expect(() => followPath(table(), ['inserting'])).toThrow(
      "the path begins with 'inserting', and the machine with 'creating'",
    )
    expect(() => followPath(table(), ['creating', 'checking', 'completed'])).toThrow(
      "the path goes from 'creating' to 'checking', which is not declared",
    )
  })
})

describe('exploreWalks', () => {
  test('makes every transition in time, and the same ones with the same seed', async () => {
    const walk = () => exploreWalks(table(), { run, model, walks: 30, seed: 5 })
    const first = await walk()
    expect(first).toMatchObject({ seed: 5, walks: 30 })
    expect([...first.transitions].filter(([, times]) => times === 0)).toEqual([])
    expect(first.steps).toBe([...first.transitions.values()].reduce((sum, times) => sum + times, 0))
    expect(await walk()).toEqual(first)
    expect((await exploreWalks(table(), { run, model, walks: 30, seed: 6 })).transitions).not.toEqual(first.transitions)
  })

  test('keeps to the length, and prepares each walk', async () => {
    let prepared = 0
    const lengths: number[] = []
    const { walks } = await exploreWalks(table(), {
      run: async (machine) => {
        const end = await run(machine)
        lengths.push(end.history.length)
        return end
      },
      before: async () => prepared++,
      model,
      length: 3,
    })
    expect(prepared).toBe(walks)
    // The initial state, three transitions, and the end where a walk was stopped.
    expect(Math.max(...lengths)).toBeLessThanOrEqual(5)
  })

  /** Breaks when a row is inserted right after one was deleted: found by chance, explained by the shortest way there. */
  const broken = () => {
    const store: number[] = []
    return new DynamicMachine()
      .register('creating', { to: ['inserting'], execute: () => (store.splice(0), 'inserting') })
      .register('inserting', {
        to: ['inserting', 'deleting', 'reading', 'completed'],
        guards: { inserting: (data) => rows(data) < 9 },
        execute: ({ data, previous }) => {
          if (previous === 'deleting' && store.length > 0) throw new Error('row id is used again')
          data.set('rows', store.push(1))
        },
      })
      .register('reading', { to: ['inserting', 'deleting', 'reading'], guards: {} })
      .register('deleting', {
        to: ['reading', 'inserting'],
        execute: ({ data }) => void data.set('rows', (store.pop(), store.length)),
        guards: {},
      })
  }

  test.for([1, 2, 3, 4, 5])('shrinks a failing walk to a shortest path, with seed %i', async (seed) => {
    const failure = await failureOf(
      exploreWalks(broken(), {
        run,
        model: {
          inserting: (data) => data.set('rows', rows(data) + 1),
          deleting: (data) => data.set('rows', Math.max(0, rows(data) - 1)),
        },
        walks: 200,
        length: 20,
        seed,
      }),
    )
    expect(failure.code).toBe('STATE_WALK_FAILED')
    expect(failure.context).toMatchObject({
      seed,
      path: 'creating → inserting → inserting → deleting → inserting',
    })
    expect(failure.message).toContain('row id is used again')
    const replay = /followPath\(machine, (\[.*\])\)/.exec(failure.message)?.[1] ?? '[]'
    const path = JSON.parse(replay.replaceAll("'", '"')) as string[]
    await expect(run(followPath(broken(), path))).rejects.toThrow('row id is used again')
    expect(isFailedRun(failure.cause)).toBe(true)
  })

  test('names a seed that it chose by itself, which leads to the same failure', async () => {
    const explore = (seed?: number) =>
      failureOf(exploreWalks(broken(), { run, walks: 500, length: 20, ...(seed === undefined ? {} : { seed }) }))
    const { context } = await explore()
    expect((await explore(context['seed'] as number)).context).toEqual(context)
  })

  test('fails on a machine that fails at once, with its initial state alone', async () => {
    const machine = new DynamicMachine().register('start', {
      to: ['completed'],
      execute: async () => {
        throw new Error('no server')
      },
    })
    const failure = await failureOf(exploreWalks(machine, { run }))
    expect(failure.message).toMatch(/the shortest that fails: start\n[^]*no server/)
  })

  test('sees a cleanup that fails', async () => {
    const machine = new DynamicMachine().register('start', {
      to: ['completed'],
      guards: {},
      execute: ({ onCleanup }) => onCleanup(() => Promise.reject(new Error('left behind'))),
    })
    expect((await failureOf(exploreWalks(machine, { run }))).message).toContain('left behind')
  })

  test.for([{ walks: 0 }, { length: 1.5 }])('refuses %j', async (options) => {
    expect((await failureOf(exploreWalks(table(), { run, model, ...options }))).code).toBe('CONFIG_EXPLORATION')
  })
})
