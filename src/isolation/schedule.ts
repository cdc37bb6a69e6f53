/**
 * What holds for the report of a step, as in PostgreSQL's isolationtester (its src/test/isolation/README):
 *
 * - `waiting`, written `(*)`: it is reported as waiting as soon as it was sent, whether it waits or not.
 * - `after`, written `(bob.read)`: it is not reported as completed while that step is under way.
 */
export type StepMarker =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'after'; readonly session: string; readonly step: string }

export interface ScheduledStep {
  readonly session: string
  readonly step: string
  readonly markers?: readonly StepMarker[]
}

/** One order of the steps of several sessions. */
export type Schedule = readonly ScheduledStep[]

/** `alice.begin`; with its markers: `bob.add(*, alice.commit)`. */
export function printStep({ session, step, markers = [] }: ScheduledStep): string {
  const shown = markers.map((marker) => (marker.kind === 'waiting' ? '*' : `${marker.session}.${marker.step}`))
  return `${session}.${step}${shown.length === 0 ? '' : `(${shown.join(', ')})`}`
}

/** The call that runs a schedule again: `permutation('alice.begin', 'bob.begin')`. */
export function printCall(schedule: Schedule): string {
  return `permutation(${schedule.map((step) => `'${printStep(step).replaceAll("'", "\\'")}'`).join(', ')})`
}
