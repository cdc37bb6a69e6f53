import { allPermutations, countPermutations } from './all-permutations.ts'
import { assertNamesUnique, permutationProblem } from './check-spec.ts'
import { parseSpec } from './parse-spec.ts'
import { printPermutation } from './print-spec.ts'
import type { Permutation, Position, SpecFile } from './spec-file.ts'
import { SpecFileError } from './spec-file-error.ts'

/** One permutation of a spec file, as a test. */
export interface SpecTest {
  /** Its steps; unique in the file. */
  readonly name: string
  readonly permutation: Permutation
  /** Where it is written; the first session when all permutations are implied. */
  readonly at: Position
  /** No permutation is written in the file, so this is one of all. */
  readonly implied: boolean
  /** Why it can't be run. */
  readonly problem?: SpecFileError
}

/** More than this is nothing that one would read, or wait for. */
const MOST_IMPLIED = 5_000n

/**
 * Reads a spec file as tests. `file` is for messages.
 *
 * @throws SpecFileError `SPEC_SYNTAX`, `SPEC_DUPLICATE_NAME`, `SPEC_TOO_MANY_PERMUTATIONS`
 */
export function readSpecTests(source: string, file: string): { spec: SpecFile; tests: readonly SpecTest[] } {
  const spec = parseSpec(source, file)
  assertNamesUnique(spec, file)
  const implied = spec.permutations.length === 0
  const permutations = implied ? impliedPermutations(spec, file) : spec.permutations
  const times = new Map<string, number>()
  const tests = permutations.map((permutation): SpecTest => {
    const text = printPermutation(permutation)
    const time = (times.get(text) ?? 0) + 1
    times.set(text, time)
    const problem = permutationProblem(spec, permutation, file)
    return {
      name: time === 1 ? text : `${text} (${time})`,
      permutation,
      at: permutation.at,
      implied,
      ...(problem === undefined ? {} : { problem }),
    }
  })
  return { spec, tests }
}

function impliedPermutations({ sessions }: SpecFile, file: string): Permutation[] {
  const at = sessions[0]?.at ?? { line: 1, column: 1 }
  const count = countPermutations(sessions)
  if (count > MOST_IMPLIED) {
    throw new SpecFileError(
      'SPEC_TOO_MANY_PERMUTATIONS',
      { file, at },
      `no permutation is written, and all would be ${count}; at most ${MOST_IMPLIED} are run`,
      'Write those that matter as lines: permutation <step> <step> …',
    )
  }
  return [...allPermutations(sessions, at)]
}
