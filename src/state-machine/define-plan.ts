import { StateError } from '../errors/state-error.ts'
import type { Guard, HandlerContext, MachineHandler, MachineLimits, MachinePlan, TransitionHooks } from './machine.ts'
import type { Awaitable } from './state-context.ts'

/** What both façades let a handler say about itself. */
export interface DeclaredHandler {
  readonly name?: string
  readonly displayName?: string
  readonly to?: readonly string[]
  readonly guards?: Readonly<Record<string, Guard | undefined>>
  readonly timeout?: number
  readonly local?: () => unknown
  enter?(context: HandlerContext): Awaitable<string | void>
  execute?(context: HandlerContext): Awaitable<string | void>
  exit?(context: HandlerContext): Awaitable<void>
}

/** Limits, hooks and shared data of a machine. */
export interface MachineOptions<S extends string = string, Data = unknown> extends MachineLimits, TransitionHooks {
  /** The first state declared, when not given. */
  readonly initial?: S
  /** Called once a run; what it makes is `data` in every handler's context. */
  readonly data?: () => Data
}

/** Methods are called on the declared object, so that classes can be handlers. */
export function handlerOf(
  state: string,
  declared: DeclaredHandler | ((context: HandlerContext) => Awaitable<string>),
): MachineHandler {
  checkName(state)
  if (typeof declared === 'function') {
    return { ...NOTHING, name: declared.name === '' ? state : declared.name, execute: declared }
  }
  positive(`timeout of state '${state}'`, declared.timeout)
  const made = declared.constructor.name
  return {
    name: declared.name ?? (made === 'Object' ? state : made),
    displayName: declared.displayName,
    to: declared.to,
    guards: declared.guards === undefined ? undefined : guardsOf(state, declared.to, declared.guards),
    timeout: declared.timeout,
    local: declared.local?.bind(declared),
    enter: declared.enter?.bind(declared),
    execute: declared.execute?.bind(declared),
    exit: declared.exit?.bind(declared),
  }
}

export function planOf(
  plan: Pick<MachinePlan, 'handlers' | 'completed' | 'error'>,
  options: MachineOptions,
  data: () => unknown,
): MachinePlan {
  const { initial, timeout, stateTimeout, exitTimeout, maxSteps, beforeTransition, afterTransition } = options
  const limits = { timeout, stateTimeout, exitTimeout, maxSteps }
  for (const [name, value] of Object.entries(limits)) positive(name, value)
  const first = [...plan.handlers.keys()].find((state) => state !== plan.completed && state !== plan.error)
  return {
    ...plan,
    initial: initial ?? first,
    limits: given(limits),
    hooks: given({ beforeTransition, afterTransition }),
    data: options.data ?? data,
  }
}

const NOTHING = {
  displayName: undefined,
  to: undefined,
  guards: undefined,
  timeout: undefined,
  local: undefined,
  enter: undefined,
  exit: undefined,
} as const

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}

function guardsOf(
  state: string,
  to: readonly string[] = [],
  guards: Readonly<Record<string, Guard | undefined>>,
): ReadonlyMap<string, Guard> {
  const entries = Object.entries(guards).flatMap(([next, guard]) =>
    guard === undefined ? [] : [[next, guard] as const],
  )
  const stray = entries.find(([next]) => !to.includes(next))
  if (stray === undefined) return new Map(entries)
  throw new StateError(
    'STATE_GUARD_ASTRAY',
    `state '${state}' has a guard for '${stray[0]}', which is not in its \`to\``,
    {
      remedy: 'Add the state to `to`, or take the guard away.',
      context: { state },
    },
  )
}

function positive(name: string, value: number | undefined): void {
  if (value === undefined || value > 0) return
  throw new StateError('STATE_OPTION', `${name} is ${value}; it must be a number above 0`)
}

function checkName(state: string): void {
  if (state === '') throw new StateError('STATE_NAME', 'a state has an empty name')
  if (!/^\d+$/.test(state)) return
  throw new StateError('STATE_NAME', `a state is named '${state}'`, {
    remedy:
      'JavaScript moves keys that are numbers to the front, so the first state would not be the initial one. Use a word.',
  })
}
