import { TidbTestError } from '../errors/tidb-test-error.ts'
import type { Schedule, ScheduledStep, StepMarker } from './schedule.ts'

/** Reads `alice.begin`, `bob.add(*)`, `bob.add(alice.commit)`. @throws TidbTestError `ISOLATION_SCHEDULE` */
export function parseSteps(steps: readonly string[]): Schedule {
  return steps.map((text): ScheduledStep => {
    const [, name = '', markers] = /^([^()]*)(?:\(([^()]*)\))?$/.exec(text) ?? []
    const step = parseName(name, text)
    if (markers === undefined) return step
    return { ...step, markers: markers.split(',').map((marker) => parseMarker(marker.trim(), text)) }
  })
}

function parseMarker(marker: string, text: string): StepMarker {
  return marker === '*' ? { kind: 'waiting' } : { kind: 'after', ...parseName(marker, text) }
}

function parseName(name: string, text: string): { session: string; step: string } {
  const [, session, step] = /^([^.]+)\.([^.]+)$/.exec(name.trim()) ?? []
  if (session !== undefined && step !== undefined) return { session, step }
  throw new TidbTestError('ISOLATION_SCHEDULE', `'${text}' is no step of a permutation`, {
    remedy: "Write 'session.step'; with a marker 'session.step(*)' or 'session.step(other.step)'.",
  })
}
