import { StateError } from '../errors/state-error.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import type { MachineRun, Visit } from './machine-run.ts'
import { formatPath } from './run-path.ts'

/** A machine ended in its error state, or could not clean up. Code `STATE_FAILED`; `cause` is what was thrown. */
export class FailedRunError extends StateError {
  declare readonly run: MachineRun

  /** `evidence`: lines about the visit in which it failed. */
  constructor(run: MachineRun, evidence: readonly string[] = []) {
    super('STATE_FAILED', [`${headline(run)}`, `path: ${formatPath(run)}`, ...evidence].join('\n  '), {
      ...(run.errors.length === 0 ? {} : { cause: causeOf(run.errors) }),
      context: { state: failingVisit(run)?.state ?? run.state },
    })
    // Not enumerable: a printed error is to show the path once, not the whole run again.
    Object.defineProperty(this, 'run', { value: run })
  }
}

/** Does not depend on class identity: another copy of the package may have made the error. */
export function isFailedRun(error: unknown): error is FailedRunError {
  return isTidbTestError(error) && error.code === 'STATE_FAILED' && 'run' in error
}

/** The first visit that did not pass. */
export function brokenVisit<S extends string>(run: MachineRun<S>): MachineRun<S>['history'][number] | undefined {
  return run.history.find((visit) => visit.outcome !== 'passed')
}

/** The visit in which a run failed: where something was thrown, else where the error state was chosen. */
export function failingVisit<S extends string>(run: MachineRun<S>): Visit<S> | undefined {
  return brokenVisit(run) ?? (run.errors.length === 0 ? run.history.at(-2) : undefined)
}

function headline(run: MachineRun): string {
  const broken = brokenVisit(run)
  const said = run.errors.map((error) => messageOf(error)).join('\n  and: ')
  if (broken !== undefined) return `the state machine failed in '${broken.state}' (${broken.phase}): ${said}`
  if (run.errors.length > 0) return `the state machine ended in '${run.state}', but its cleanup failed: ${said}`
  const from = run.history.at(-2)
  return from === undefined
    ? `the state machine began in its error state '${run.state}'`
    : `the state machine ended in '${run.state}' because the handler of '${from.state}' chose it`
}

function causeOf(errors: readonly unknown[]): unknown {
  return errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(messageOf).join('; and: '))
}
