import { expectTypeOf, test } from 'vitest'
import type { MachineRun } from '../state-machine/machine-run.ts'
import { commonHandlers } from './common-handlers.ts'
import { commonStates } from './common-states.ts'
import { connectionWorkflow } from './connection-workflow.ts'
import { DynamicStateMachine } from './dynamic-state-machine.ts'
import { runWorkflow } from './run-workflow.ts'
import { State } from './state.ts'
import { defineHandler, StateMachine, type StateHandler } from './state-machine.ts'

const options = { endpoint: { host: '127.0.0.1', port: 4000, user: 'root' } }

test('a typed machine knows its states, and its run their names and the ends', () => {
  const machine = new StateMachine({
    initial: () => 'loading',
    loading: async ({ session }) => {
      expectTypeOf(session.name).toEqualTypeOf<string>()
      return State.Completed
    },
  })
  expectTypeOf(machine.states).toEqualTypeOf<readonly ('initial' | 'loading')[]>()
  expectTypeOf(runWorkflow(machine, options)).toEqualTypeOf<
    Promise<MachineRun<'initial' | 'loading' | 'Completed' | 'Error'>>
  >()
})

test('literals are kept in every way to write a handler', () => {
  void new StateMachine({
    one: () => 'two',
    two: async () => 'three',
    three: async ({ serverVersion }) => (serverVersion.major > 8 ? 'four' : 'Error'),
    four: { execute: async () => 'five' },
    five: {
      timeout: 100,
      enter: () => 'six',
      execute({ session }) {
        return session.name === 'x' ? 'six' : 'one'
      },
    },
    six: { enter: () => undefined, execute: async () => 'seven' },
    seven: {
      enter() {},
      execute: () => 'Completed',
    },
    Error: () => 'Error',
  })
})

test('a transition to a state that the machine does not have does not compile', () => {
  // @ts-expect-error misspelt
  void new StateMachine({ Initial: () => 'Conecting', Connecting: () => 'Completed' })
  // @ts-expect-error in a handler object
  void new StateMachine({ Initial: { execute: async () => 'Nowhere' as const }, Connecting: () => 'Completed' })
  // @ts-expect-error in an async function
  void new StateMachine({ Initial: async () => 'Nowhere' })
  // @ts-expect-error in a function with a context
  void new StateMachine({ Initial: ({ session }) => (session.name === '' ? 'Nowhere' : 'Completed') })
  // @ts-expect-error from enter
  void new StateMachine({ Initial: { enter: () => 'Nowhere', execute: () => 'Completed' } })
  // @ts-expect-error a string is not a state
  void new StateMachine({ Initial: () => String(1) })
  // @ts-expect-error the initial state must be one of them
  void new StateMachine({ Initial: () => 'Completed' }, { initial: 'Nowhere' })
})

test('the connection workflow takes handlers of the own and is complete by itself', () => {
  void new StateMachine({ ...connectionWorkflow })
  const machine = new StateMachine({
    ...connectionWorkflow,
    [State.GettingVersion]: ({ serverVersion }) => (serverVersion.major >= 8 ? State.Completed : State.Error),
  })
  expectTypeOf(machine.states).toEqualTypeOf<readonly Exclude<State, 'Completed' | 'Error'>[]>()
})

test('handler-local data is typed by what makes it', () => {
  const handler = defineHandler({
    local: () => ({ inserted: 0 }),
    execute({ local }) {
      expectTypeOf(local).toEqualTypeOf<{ inserted: number }>()
      return local.inserted > 0 ? State.Completed : State.Error
    },
  })
  expectTypeOf(handler).toExtend<StateHandler<'Completed' | 'Error', { inserted: number }>>()
  void new StateMachine({ loading: handler })
  void new DynamicStateMachine().register('a', {
    to: ['b', 'c'],
    local: () => ({ n: 0 }),
    execute({ local }) {
      expectTypeOf(local).toEqualTypeOf<{ n: number }>()
      return local.n > 0 ? 'b' : 'c'
    },
  })
})

test('data that is shared on purpose is typed by what makes it', () => {
  void new StateMachine(
    {
      counting: ({ data }) => {
        expectTypeOf(data).toEqualTypeOf<{ rows: number }>()
        return 'Completed'
      },
    },
    { data: () => ({ rows: 0 }) },
  )
})

test('a dynamic machine knows the states that were registered or gone to', () => {
  const machine = new DynamicStateMachine()
    .register(commonStates.connecting, commonHandlers.connecting({ then: 'creating_table' }))
    .register('creating_table', { to: [commonStates.completed], execute: () => commonStates.completed })
  expectTypeOf(runWorkflow(machine, options)).toEqualTypeOf<
    Promise<MachineRun<'connecting' | 'creating_table' | 'completed' | 'error'>>
  >()
  // @ts-expect-error not in `to`
  void new DynamicStateMachine().register('a', { to: ['b'], execute: () => 'c' })
  // @ts-expect-error not in `to`, from an async function
  void new DynamicStateMachine().register('a', { to: ['b'], execute: async () => 'c' })
})
