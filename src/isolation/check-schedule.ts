import { nearest } from '../config/nearest.ts'
import { TidbTestError } from '../errors/tidb-test-error.ts'
import { printCall, printStep, type Schedule, type ScheduledStep } from './schedule.ts'
import type { IsolationSpec } from './spec.ts'

export interface CheckOptions {
  /** `session`: the steps of a session come in its order, none of them twice. `any`: as in isolationtester, they need not. */
  readonly order: 'session' | 'any'
}

/**
 * Refuses a schedule that no server could run, or whose author made a slip.
 *
 * @throws TidbTestError `ISOLATION_SCHEDULE`
 */
export function checkSchedule(spec: IsolationSpec, schedule: Schedule, { order }: CheckOptions): void {
  if (schedule.length === 0) throw illegal(schedule, 'it has no steps')
  const taken = new Map<string, number>()
  for (const [index, scheduled] of schedule.entries()) {
    const position = placeIn(spec, schedule, scheduled)
    for (const marker of scheduled.markers ?? []) {
      if (marker.kind === 'after') checkMarker(spec, schedule, scheduled, marker)
    }
    const before = taken.get(scheduled.session) ?? -1
    if (order === 'session' && position <= before) throw misplaced(spec, schedule, index)
    taken.set(scheduled.session, Math.max(before, position))
  }
}

function placeIn(spec: IsolationSpec, schedule: Schedule, { session, step }: ScheduledStep): number {
  const steps = spec.sessions.find(({ name }) => name === session)?.steps ?? []
  const position = steps.findIndex(({ name }) => name === step)
  if (position >= 0) return position
  const known = spec.sessions.flatMap((each) =>
    each.steps.map(({ name }) => printStep({ session: each.name, step: name })),
  )
  const close = nearest(`${session}.${step}`, known)
  throw illegal(
    schedule,
    `there is no step '${session}.${step}'`,
    `${close === undefined ? '' : `Did you mean '${close}'? `}The steps are ${known.join(', ')}.`,
  )
}

function checkMarker(
  spec: IsolationSpec,
  schedule: Schedule,
  marked: ScheduledStep,
  named: { readonly session: string; readonly step: string },
): void {
  placeIn(spec, schedule, named)
  if (named.session === marked.session) {
    throw illegal(
      schedule,
      `'${printStep(marked)}' is to be reported after a step of its own session`,
      'Steps of one session end in their order anyway; a marker names a step of another session.',
    )
  }
}

function misplaced(spec: IsolationSpec, schedule: Schedule, index: number): TidbTestError {
  const { session, step } = schedule[index] as ScheduledStep
  const steps = spec.sessions.find(({ name }) => name === session)?.steps.map(({ name }) => name) ?? []
  const twice = schedule.slice(0, index).some((each) => each.session === session && each.step === step)
  return illegal(
    schedule,
    twice ? `'${session}.${step}' is in it twice` : `'${session}.${step}' comes after a later step of its session`,
    twice
      ? `Give the second time a name of its own, so that reports tell them apart: ${session}: { ${step}: '…', ${step}Again: '…' }.`
      : `The steps of ${session} run in their order: ${steps.join(', ')}.`,
  )
}

function illegal(schedule: Schedule, problem: string, remedy?: string): TidbTestError {
  return new TidbTestError(
    'ISOLATION_SCHEDULE',
    `the schedule is not valid: ${problem}\n  in ${printCall(schedule)}`,
    remedy === undefined ? {} : { remedy },
  )
}
