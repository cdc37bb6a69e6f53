import type { Marker, Permutation, PermutationStep, Position, SpecFile } from './spec-file.ts'
import { SpecFileError } from './spec-file-error.ts'

/**
 * Looks for two sessions or two steps of one name: permutations could not tell them apart.
 *
 * @throws SpecFileError `SPEC_DUPLICATE_NAME`
 */
export function assertNamesUnique({ sessions }: SpecFile, file: string): void {
  assertUnique('session', sessions, file)
  assertUnique(
    'step',
    sessions.flatMap(({ steps }) => steps),
    file,
  )
}

function assertUnique(what: string, named: readonly { name: string; at: Position }[], file: string): void {
  const first = new Map<string, Position>()
  for (const { name, at } of named) {
    const earlier = first.get(name)
    if (earlier !== undefined) {
      const message = `there is a ${what} ${JSON.stringify(name)} already, on line ${earlier.line}`
      throw new SpecFileError('SPEC_DUPLICATE_NAME', { file, at }, message, `Names of ${what}s are unique in a file.`)
    }
    first.set(name, at)
  }
}

/** Why a permutation can't be run, or nothing. Source: `check_testspec` of PostgreSQL's isolationtester.c. */
export function permutationProblem(spec: SpecFile, permutation: Permutation, file: string): SpecFileError | undefined {
  const sessionOf = new Map(spec.sessions.flatMap(({ name, steps }) => steps.map((step) => [step.name, name])))
  const present = new Set(permutation.steps.map(({ name }) => name))
  for (const step of permutation.steps) {
    if (!sessionOf.has(step.name)) {
      const message = `there is no step ${JSON.stringify(step.name)}`
      return new SpecFileError(
        'SPEC_UNKNOWN_STEP',
        { file, at: step.at },
        message,
        `The steps are ${names(sessionOf)}.`,
      )
    }
    for (const marker of step.markers) {
      const problem = markerProblem(step, marker)
      if (problem !== undefined) return problem
    }
  }
  return undefined

  function markerProblem(step: PermutationStep, marker: Marker): SpecFileError | undefined {
    const place = { file, at: marker.at }
    if (marker.kind === 'once') return undefined
    const name = JSON.stringify(marker.step)
    if (marker.kind === 'notices') {
      const message = `the marker "${marker.step} notices ${marker.count}" can't be had: TiDB sends no notices`
      const remedy = `To report the step after ${name}, write ${step.name}(${marker.step}).`
      return new SpecFileError('SPEC_NOTICES', place, message, remedy)
    }
    if (!present.has(marker.step)) {
      const message = `step ${JSON.stringify(step.name)} is to be reported after ${name}, which is not in this permutation`
      return new SpecFileError('SPEC_MARKER', place, message, 'A marker names another step of the same permutation.')
    }
    if (sessionOf.get(marker.step) === sessionOf.get(step.name)) {
      const message = `step ${JSON.stringify(step.name)} is to be reported after ${name}, which is of its own session`
      const remedy = 'Steps of one session end in their order anyway; a marker names a step of another session.'
      return new SpecFileError('SPEC_MARKER', place, message, remedy)
    }
    return undefined
  }
}

/** Names of steps that no permutation uses; none when all permutations are implied. */
export function unusedSteps({ sessions, permutations }: SpecFile): { name: string; at: Position }[] {
  if (permutations.length === 0) return []
  const used = new Set(permutations.flatMap(({ steps }) => steps.map(({ name }) => name)))
  return sessions.flatMap(({ steps }) => steps).filter(({ name }) => !used.has(name))
}

function names(steps: ReadonlyMap<string, string>): string {
  return [...steps.keys()].join(', ')
}
