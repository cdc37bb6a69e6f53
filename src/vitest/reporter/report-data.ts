import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { SerializedError } from 'vitest'
import type { TestCase, TestModule, Vitest } from 'vitest/node'
import { mask } from '../../logging/mask.ts'
import type { Secret } from '../../logging/secret.ts'
import type { ReportData, ReportedError, ReportedTest } from '../../report/report-data.ts'
import type { RunRecord } from '../../report/run-record.ts'
import { isReadable } from '../../report/task-meta.ts'
import { RECORD_VERSION } from '../../report/test-record.ts'

const LONGEST_MESSAGE = 10_000

/** How texts and paths are told. */
interface Told {
  readonly clean: (text: string) => string
  readonly root: string
}

export interface ReportDataOptions {
  readonly vitest: Vitest
  readonly testModules: readonly TestModule[]
  readonly unhandledErrors: readonly SerializedError[]
  readonly secrets: readonly Secret[]
}

/** What the report of these modules shows; undefined when none of their tests used a TiDB. */
export function reportDataOf(options: ReportDataOptions): ReportData | undefined {
  const { vitest, testModules, unhandledErrors, secrets } = options
  const { root } = vitest.config
  const runs: RunRecord[] = []
  const seen = new Map<string, number>()
  const runOf = (module: TestModule): number | undefined => {
    const { tidbRun } = module.meta()
    if (!isReadable(tidbRun)) return undefined
    // Shards come with copies of one record in each of their files.
    const text = JSON.stringify(tidbRun)
    const index = seen.get(text) ?? runs.push(tidbRun) - 1
    seen.set(text, index)
    return index
  }
  const clean = (text: string): string => mask(stripVTControlCharacters(text), secrets).slice(0, LONGEST_MESSAGE)
  const tests = testModules
    .toSorted((a, b) => compare(a.relativeModuleId, b.relativeModuleId) || compare(a.project.name, b.project.name))
    .flatMap((module) => {
      const run = runOf(module)
      return [...module.children.allTests()].map((test) => testOf(test, run, { clean, root }))
    })
  if (!tests.some(({ record }) => record !== undefined)) return undefined
  const ofModules = testModules.flatMap((module) => module.errors())
  const errors = [...ofModules, ...unhandledErrors].map((error) => errorOf(error, { clean, root }))
  return { version: RECORD_VERSION, writtenAt: Date.now(), runs, tests, errors }
}

function testOf(test: TestCase, run: number | undefined, told: Told): ReportedTest {
  const { clean } = told
  const { state, errors = [] } = test.result()
  const diagnostic = test.diagnostic()
  const { tidb } = test.meta()
  const note = 'note' in test.result() ? (test.result() as { readonly note?: string }).note : undefined
  return {
    name: namesOf(test),
    file: test.module.relativeModuleId,
    state: state === 'pending' ? 'skipped' : state,
    ...(test.location === undefined ? {} : { line: test.location.line }),
    ...(test.project.name === '' ? {} : { project: test.project.name }),
    ...(note === undefined ? {} : { note: clean(note) }),
    ...(diagnostic === undefined ? {} : { milliseconds: Math.round(diagnostic.duration * 10) / 10 }),
    ...(diagnostic === undefined || diagnostic.retryCount === 0 ? {} : { retries: diagnostic.retryCount }),
    ...(run === undefined ? {} : { run }),
    ...(errors.length === 0 ? {} : { errors: errors.map((error) => errorOf(error, told)) }),
    ...(isReadable(tidb) ? { record: tidb } : {}),
  }
}

function namesOf(test: TestCase): string[] {
  const names = [test.name]
  for (let { parent } = test; parent.type === 'suite'; { parent } = parent) names.unshift(parent.name)
  return names
}

function errorOf(error: SerializedError, { clean, root }: Told): ReportedError {
  const { message, diff, name, stacks } = error as SerializedError & { readonly diff?: string }
  const [frame] = (stacks ?? []) as readonly { readonly file: string; readonly line: number; readonly column: number }[]
  const named = name === undefined || name === 'Error' || name === 'AssertionError' ? '' : `${name}: `
  return {
    message: clean(`${named}${message}`),
    ...(typeof diff === 'string' ? { diff: clean(diff) } : {}),
    ...(frame === undefined ? {} : { at: `${relative(root, frame.file)}:${frame.line}:${frame.column}` }),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
