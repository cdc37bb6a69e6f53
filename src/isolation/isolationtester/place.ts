import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import { SpecFileError } from './spec-file-error.ts'
import type { Permutation, Position, SpecFile } from './spec-file.ts'

/** A named part of a spec file. */
interface Place {
  readonly what?: string
  readonly at: Position
}

/**
 * The same error with a stack that leads into the spec file: to the block whose SQL failed, to the step of the permutation
 * that could not be sent, or to the permutation.
 */
export function pointInto(path: string, error: unknown, spec?: SpecFile, permutation?: Permutation): unknown {
  const place = placeOf(error, spec, permutation)
  if (!(error instanceof Error) || place === undefined) return error
  const position = `${path}:${place.at.line}:${place.at.column}`
  error.stack = `${error.name}: ${messageOf(error)}\n    at ${place.what === undefined ? position : `${place.what} (${position})`}`
  return error
}

function placeOf(error: unknown, spec: SpecFile | undefined, permutation: Permutation | undefined): Place | undefined {
  if (error instanceof SpecFileError) return { at: error.at }
  if (!isTidbTestError(error) || spec === undefined) return permutation
  const { sql, session, position } = error.context
  const step = permutation?.steps[typeof position === 'number' ? position : -1]
  if (step !== undefined) return { what: step.name, at: step.at }
  const found = placesOf(spec).filter((place) => place.sql === sql)
  return (
    found.find((place) => place.session === session) ??
    found.find((place) => place.session === undefined) ??
    permutation
  )
}

/** All SQL of a file. What belongs to no session runs in one of its own. */
function placesOf({ setup, teardown, sessions }: SpecFile): (Place & { sql: string; session?: string })[] {
  const blocks = [
    ...setup.map((block) => ({ what: 'setup', block })),
    { what: 'teardown', block: teardown },
    ...sessions.flatMap(({ name: session, ...own }) => [
      { what: 'setup', block: own.setup, session },
      ...own.steps.map(({ name, block }) => ({ what: name, block, session })),
      { what: 'teardown', block: own.teardown, session },
    ]),
  ]
  return blocks.flatMap(({ block, ...place }) => (block === undefined ? [] : [{ ...place, ...block }]))
}
