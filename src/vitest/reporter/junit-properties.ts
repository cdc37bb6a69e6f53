import type { RunnerTask, RunnerTestFile, TestAnnotation } from 'vitest'
import { JUnitReporter, type TestModule, type Vitest } from 'vitest/node'
import type { RunRecord } from '../../report/run-record.ts'

/**
 * Has the JUnit reporters of a run write the facts of each test as properties. They write annotations so, and nothing else
 * that a plugin could add; so they, and no other reporter, are shown annotations of it. What a failed test sent is in its
 * `system-err` already.
 */
export function describeInJUnit(vitest: Vitest): void {
  const { reporters } = vitest as unknown as { readonly reporters: readonly unknown[] }
  for (const reporter of reporters) {
    if (!(reporter instanceof JUnitReporter)) continue
    const write = reporter.onTestRunEnd.bind(reporter)
    reporter.onTestRunEnd = (modules, ...rest) => write(modules.map(described), ...rest)
  }
}

function described(module: TestModule): TestModule {
  const task = withProperties(
    (module as { readonly task?: RunnerTestFile }).task as RunnerTestFile,
    module.meta().tidbRun,
  )
  return Object.create(module, { task: { value: task } }) as TestModule
}

function withProperties<Task extends RunnerTask>(task: Task, run: RunRecord | undefined): Task {
  if ('tasks' in task) return { ...task, tasks: task.tasks.map((child) => withProperties(child, run)) }
  const { annotations } = task as { readonly annotations: readonly TestAnnotation[] }
  return { ...task, annotations: [...annotations, ...propertiesOf(task, run)] }
}

function propertiesOf({ meta: { tidb } }: RunnerTask, run: RunRecord | undefined): TestAnnotation[] {
  if (tidb === undefined) return []
  const { database, mode, sessions, statements, omitted, seed, replay, kept } = tidb
  const { version, store, kind } = run?.backend ?? {}
  const properties = {
    'tidb.server': version === undefined ? undefined : `${version}, store ${store}, from ${kind}`,
    'tidb.database': database,
    'tidb.mode': mode,
    'tidb.sessions': sessions.map(({ name }) => name).join(', '),
    'tidb.statements': String(statements.length + (omitted?.count ?? 0)),
    'tidb.seed': String(seed),
    'tidb.replay': replay,
    'tidb.kept': kept,
  }
  return Object.entries(properties).flatMap(([type, message]) => (message === undefined ? [] : [{ type, message }]))
}
