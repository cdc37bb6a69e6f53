import type { TestCase, TestModule, Vitest } from 'vitest/node'
import { startFailure } from '../vitest/start-failure.ts'
import { deniedTests } from './denied-tests.ts'
import { masked } from './print-error.ts'

/** What `tidb-test run` found. Plain data. */
interface RunResult {
  readonly ok: boolean
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Privileges that the user lacks, with the number of tests that were skipped for it. */
  readonly missingPrivileges: Readonly<Record<string, number>>
  readonly tests: readonly TestOutcome[]
  /** What went wrong outside of tests: why a run could not begin, a file not be loaded. */
  readonly errors: readonly FoundError[]
}

export function runResultText(vitest: Vitest, exitCode: number): string {
  return `${JSON.stringify(runResult(vitest, exitCode, startFailure()), null, 2)}\n`
}

interface TestOutcome {
  /** From the folder of the run, or of the suites, on. */
  readonly file: string
  readonly line: number | null
  /** With the names of what it is described in, from the outside in. */
  readonly name: string
  /** `pending`: the run ended before it. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending'
  /** Why it was skipped, where somebody said so. */
  readonly reason: string | null
  readonly milliseconds: number | null
  readonly errors: readonly FoundError[]
}

export interface FoundError {
  /** Of an error of the toolkit, or of the system; null when it has none. */
  readonly code: string | null
  readonly message: string
}

/** `failure`: why a run could not begin. */
function runResult(vitest: Vitest, exitCode: number, failure: unknown): RunResult {
  const modules = vitest.state.getTestModules()
  const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => outcomeOf(module, test)))
  const count = (state: TestOutcome['state']): number => tests.filter((test) => test.state === state).length
  return {
    ok: exitCode === 0,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    missingPrivileges: Object.fromEntries(deniedTests(modules).privileges),
    tests,
    errors: errorsOutside(vitest, failure),
  }
}

/** What went wrong outside of tests. `failure`: why a run could not begin. */
export function errorsOutside(vitest: Vitest, failure: unknown): FoundError[] {
  const modules = vitest.state.getTestModules()
  const outside = [
    ...modules.flatMap((module) => module.errors()),
    ...modules.flatMap((module) => [...module.children.allSuites()].flatMap((suite) => suite.errors())),
    ...vitest.state.getUnhandledErrors(),
  ]
  const found = [...(failure === undefined ? [] : [failure]), ...outside].map(foundError)
  // Some versions of Vitest tell why a run could not begin, too.
  return found.filter(({ message }, index) => found.findIndex((other) => other.message === message) === index)
}

function outcomeOf(module: TestModule, test: TestCase): TestOutcome {
  const result = test.result()
  return {
    file: module.relativeModuleId,
    line: test.location?.line ?? null,
    name: test.fullName,
    state: result.state,
    reason: result.state === 'skipped' ? (result.note ?? null) : null,
    milliseconds: test.diagnostic()?.duration ?? null,
    errors: (result.errors ?? []).map(foundError),
  }
}

/** As Vitest hands errors over: plain objects. */
export function foundError(error: unknown): FoundError {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as {
    code?: unknown
    message?: unknown
  }
  return {
    code: typeof code === 'string' ? code : null,
    message: masked(typeof message === 'string' ? message : String(error)),
  }
}
