import type { TestCase, Vitest } from 'vitest/node'
import { startFailure } from '../vitest/start-failure.ts'
import type { PythonSuite } from './python-suites.ts'
import { errorsOutside, foundError, type FoundError } from './run-result.ts'

/** `dry run`: it ran on mock connections, so nothing was tested. `pending`: the run ended before it. */
export type PythonVerdict = 'passed' | 'failed' | 'failed as expected' | 'skipped' | 'dry run' | 'pending'

/** What `tidb-test python` found. Plain data. */
export interface PythonResult {
  readonly ok: boolean
  readonly counts: Readonly<Record<PythonVerdict, number>>
  readonly suites: readonly PythonSuiteResult[]
  /** What went wrong outside of handlers. */
  readonly errors: readonly FoundError[]
}

interface PythonSuiteResult {
  readonly name: string
  readonly folder: string
  readonly files: readonly { readonly file: string; readonly handlers: readonly PythonOutcome[] }[]
}

export interface PythonOutcome {
  readonly name: string
  readonly line: number | null
  readonly description: string | null
  readonly verdict: PythonVerdict
  /** Why it was skipped, or expected to fail. */
  readonly reason: string | null
  readonly milliseconds: number | null
  /** How many statements it has sent; null when it did not run. */
  readonly statements: number | null
  /** Statements that failed, and that it made nothing of. */
  readonly swallowed: readonly SwallowedStatement[]
  /** What it has printed. */
  readonly output: string
  readonly errors: readonly FoundError[]
}

interface SwallowedStatement {
  readonly connection: string
  readonly sql: string
  readonly errno: number
  readonly message: string
}

/** What the fixture writes, and the module that stands for the file. */
interface HandlerMeta {
  readonly handler?: { readonly name: string; readonly description?: string }
  readonly python?: {
    readonly verdict: PythonVerdict
    readonly reason?: string | undefined
    readonly statements: number
    readonly swallowed: readonly SwallowedStatement[]
    readonly output: string
  }
}

export function pythonResult(vitest: Vitest, suites: readonly PythonSuite[], exitCode: number): PythonResult {
  const modules = new Map(vitest.state.getTestModules().map((module) => [module.moduleId, module]))
  const found = suites.map(({ name, folder, files }) => ({
    name,
    folder,
    files: files.map((path) => {
      const file = modules.has(path) ? path : path.replace(/:\d+$/, '')
      const tests = [...(modules.get(file)?.children.allTests() ?? [])].filter(wasChosen)
      return { file, handlers: tests.map(outcomeOf) }
    }),
  }))
  const counts = { passed: 0, failed: 0, 'failed as expected': 0, skipped: 0, 'dry run': 0, pending: 0 }
  for (const { verdict } of found.flatMap(({ files }) => files.flatMap(({ handlers }) => handlers)))
    counts[verdict] += 1
  return { ok: exitCode === 0, counts, suites: found, errors: errorsOutside(vitest, startFailure()) }
}

/** A filter by name or line leaves the others skipped, without a word. */
function wasChosen(test: TestCase): boolean {
  const result = test.result()
  return result.state !== 'skipped' || result.note !== undefined || (test.meta() as HandlerMeta).python !== undefined
}

function outcomeOf(test: TestCase): PythonOutcome {
  const result = test.result()
  const { handler, python } = test.meta() as HandlerMeta
  return {
    name: handler?.name ?? test.name,
    line: test.location?.line ?? null,
    description: handler?.description ?? null,
    // A test fails after its handler when something else went wrong, such as giving its database back.
    verdict: result.state === 'failed' ? 'failed' : (python?.verdict ?? result.state),
    reason: python?.reason ?? (result.state === 'skipped' ? (result.note ?? null) : null),
    milliseconds: test.diagnostic()?.duration ?? null,
    statements: python?.statements ?? null,
    swallowed: python?.swallowed ?? [],
    output: python?.output ?? '',
    errors: (result.errors ?? []).map(foundError),
  }
}
