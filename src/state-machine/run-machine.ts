import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { failingVisit, FailedRunError } from './failed-run-error.ts'
import type { Machine, MachineLimits, TransitionHooks } from './machine.ts'
import type { Evidence, MachineRun } from './machine-run.ts'
import { RunningMachine } from './running-machine.ts'
import type { Awaitable } from './state-context.ts'

export interface RunOptions<Carried extends object> extends MachineLimits {
  /** Laid under the context of every handler; never written to. */
  readonly context: Carried
  /** Cancels the run: the state it is in is interrupted, left, and everything is cleaned up. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  readonly hooks?: TransitionHooks
  /** Called when a handler is interrupted by a limit or the signal, before its `exit`: ends what the handler has under way. */
  readonly onInterrupt?: (context: Carried) => Awaitable<void>
  /** For the message of the error of a run that failed. */
  readonly evidence?: Evidence
}

/**
 * Runs a machine from its initial state to an end state, then its cleanups.
 *
 * @throws FailedRunError when it ends in its error state or can't clean up; the run is its `run`.
 */
export async function runMachine<S extends string, Carried extends object>(
  machine: Machine<S, Carried>,
  options: RunOptions<Carried>,
): Promise<MachineRun<S>> {
  const { plan } = machine
  const running = new RunningMachine(plan, {
    ...options,
    clock: options.clock ?? systemClock,
    onInterrupt: options.onInterrupt as ((context: object) => Awaitable<void>) | undefined,
  })
  const run = (await running.run()) as MachineRun<S>
  if (run.state !== plan.error && run.errors.length === 0) return run
  const visit = failingVisit(run)
  throw new FailedRunError(run, visit === undefined ? [] : running.evidenceOf(visit))
}
