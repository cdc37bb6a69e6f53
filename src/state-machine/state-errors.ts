import { StateError } from '../errors/state-error.ts'
import type { MachineHandler, MachinePlan } from './machine.ts'
import type { Phase, Visit } from './machine-run.ts'

export function undeclared(
  state: string,
  next: unknown,
  handler: MachineHandler | undefined,
  plan: MachinePlan,
): StateError {
  const allowed = allowedFrom(state, handler, plan)
  const chosen = next === undefined ? 'returned no state' : `went to '${String(next)}'`
  return new StateError(
    'STATE_UNDECLARED_TRANSITION',
    `state '${state}' ${chosen}, but it may go to: ${quoted(allowed)}`,
    {
      remedy:
        handler?.to === undefined
          ? 'Return one of these, or add the state to the machine.'
          : `Return one of these, or add it to \`to\` of '${state}'.`,
      context: { state, ...(typeof next === 'string' ? { next } : {}) },
    },
  )
}

function allowedFrom(state: string, handler: MachineHandler | undefined, plan: MachinePlan): readonly string[] {
  if (state === plan.completed || state === plan.error) return []
  return handler?.to ?? [...new Set([...plan.handlers.keys(), plan.completed, plan.error])]
}

/** The guard of a transition that a handler chose says no. */
export function closedTransition(state: string, next: string, open: readonly string[]): StateError {
  return new StateError(
    'STATE_GUARD_CLOSED',
    `state '${state}' went to '${next}', whose guard is closed; open now: ${quoted(open, 'none')}`,
    {
      remedy: 'Look at what the guard reads in `data`, and at who was to set it.',
      context: { state, next },
    },
  )
}

/** The handler left it to the guards, and each says no. */
export function noOpenTransition(state: string, to: readonly string[]): StateError {
  return new StateError('STATE_GUARDS_CLOSED', `no way out of state '${state}' is open: ${quoted(to)}`, {
    remedy: 'Look at what the guards read in `data`, or declare a way out without a guard.',
    context: { state },
  })
}

export function noHandler(state: string, previous: string | undefined, plan: MachinePlan): StateError {
  if (plan.initial === undefined) {
    return new StateError('STATE_NONE', 'the machine has no states', {
      remedy: 'Give it at least one state with a handler.',
    })
  }
  const from = previous === undefined ? 'it is the initial one' : `'${previous}' went to it`
  return new StateError(
    'STATE_WITHOUT_HANDLER',
    `state '${state}' has no handler (${from}); states with one: ${quoted([...plan.handlers.keys()])}`,
    {
      remedy: `Register a handler for '${state}', or go to one of these.`,
      context: { state, ...(previous === undefined ? {} : { previous }) },
    },
  )
}

export function endlessRun(maxSteps: number, history: readonly Visit[]): StateError {
  const last = history.slice(-6).map((visit) => visit.state)
  return new StateError(
    'STATE_MAX_STEPS',
    `the run did not end within ${maxSteps} steps; the last were ${last.join(' → ')}`,
    {
      remedy: 'Look for a loop that never leaves, or raise `maxSteps`.',
    },
  )
}

export function expiredState(limit: number, state: string, phase: Phase): StateError {
  return new StateError('STATE_TIMEOUT', `state '${state}' did not end within ${limit} ms (${phase})`, {
    remedy: 'Find out what it waits for, or raise the `timeout` of its handler.',
    context: { state, phase },
  })
}

export function expiredRun(limit: number, state: string, phase: Phase): StateError {
  return new StateError(
    'STATE_RUN_TIMEOUT',
    `the run did not end within ${limit} ms; it was in '${state}' (${phase})`,
    {
      remedy: 'Find out what it waits for, or raise the `timeout` of the machine.',
      context: { state, phase },
    },
  )
}

export function abortedRun(state: string, phase: Phase, reason: unknown): StateError {
  return new StateError('STATE_ABORTED', `the run was cancelled in '${state}' (${phase})`, {
    cause: reason,
    context: { state, phase },
  })
}

export function expiredClosing(limit: number, what: string): StateError {
  return new StateError('STATE_EXIT_TIMEOUT', `${what} did not end within ${limit} ms`, {
    remedy: 'Find out what it waits for, or raise `exitTimeout`.',
  })
}

function quoted(states: readonly string[], none = 'no other (it is an end state)'): string {
  return states.length === 0 ? none : states.map((state) => `'${state}'`).join(', ')
}
