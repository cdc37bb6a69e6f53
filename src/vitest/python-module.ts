import { basename } from 'node:path'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { CollectedFile } from '../python/collector.ts'
import { runtimePath, TestModuleLines, type TestModule } from './test-module.ts'

const IMPORT = 'import { pythonFile, test'
const DRY_RUN = 'import { dryRunFile as pythonFile, dryRunTest as test'

export interface PythonModuleOptions {
  /** Tags that Vitest's configuration knows; it refuses others. */
  readonly tags: ReadonlySet<string>
  /** Whether handlers get mock connections, and no server. */
  readonly dryRun: boolean
}

const NOTHING: PythonModuleOptions = { tags: new Set(), dryRun: false }

/** Whether a module is one that `pythonModule` has made; the plugin may stand in a configuration twice. */
export function isPythonModule(code: string): boolean {
  return code.startsWith(IMPORT) || code.startsWith(DRY_RUN)
}

/**
 * A file of Python as a test module: one `test()` a handler, on the line of its class. Names are literals, so that editors
 * find them without running anything.
 *
 * A file that has no handler, or can't be read, is one test that fails: a module that throws would fail all of
 * `vitest list`.
 */
export function pythonModule(
  source: string,
  path: string,
  { handlers, problem }: Pick<CollectedFile, 'handlers' | 'problem'>,
  { tags, dryRun }: PythonModuleOptions,
): TestModule {
  const lines = new TestModuleLines(source, path)
  const file = basename(path)
  const runtime = JSON.stringify(runtimePath('python-file'))
  lines.add(1, `${dryRun ? DRY_RUN : IMPORT} } from ${runtime}; const file = pythonFile(import.meta.filename);`)
  for (const { name, line, doc, tags: own, problem: unnamed } of handlers) {
    const known = own.filter((tag) => tags.has(tag))
    const meta = { handler: { file: path, name, tags: own, ...(doc === null ? {} : { description: doc }) } }
    const options = JSON.stringify({ ...(known.length === 0 ? {} : { tags: known }), meta })
    const title = JSON.stringify(testName(file, name))
    const body =
      unnamed === null
        ? `({ python, skip, task, annotate }) => file.run(${JSON.stringify({ name, line })}, { python, skip, task, annotate })`
        : refusal({ line, column: 1, message: unnamed })
    lines.add(line, `test(${title}, ${options}, ${body});`)
  }
  const none = file === 'test_rig_python.py' ? NO_TESTS : NO_HANDLER
  const wrong = problem ?? (handlers.length === 0 ? none : undefined)
  if (wrong !== undefined) {
    const title = JSON.stringify(`${file} can be run`)
    lines.add(wrong.line, `test(${title}, ${refusal(wrong)});`)
  }
  return lines.finish()
}

/** The same for a file of which nobody could say what it holds. */
export function unreadModule(source: string, path: string, error: unknown): TestModule {
  return pythonModule(
    source,
    path,
    { handlers: [], problem: { line: 1, column: 1, message: messageOf(error) } },
    NOTHING,
  )
}

function testName(file: string, handler: string): string {
  return `${file} › ${handler}`
}

function refusal(problem: NonNullable<CollectedFile['problem']>): string {
  return `() => { file.refuse(${JSON.stringify(problem)}) }`
}

const NO_HANDLER = {
  line: 1,
  column: 1,
  message:
    'This file has no handler. A handler is a class that is written in the file, is derived from PyStateHandler, directly or not, and has a name that does not begin with _.',
}

const NO_TESTS = {
  line: 1,
  column: 1,
  message:
    "This is the module of the earlier framework, which is called like a file of tests and has none. Leave it out: test.exclude: [...configDefaults.exclude, '**/test_rig_python.py']",
}
