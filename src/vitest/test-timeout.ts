import type { TestProject, Vitest } from 'vitest/node'
import type { InlineConfig } from 'vitest/node'
import type { ResolvedConfig } from '../config/resolved-config.ts'

/** Vitest's own; what is different was given by somebody. */
const VITESTS_DEFAULT = 5_000
/** Stands for all projects that take over what the root has. */
const ROOT = ''

/** Vitest's config and its global setup may load this module twice; the registry must be one. */
const KEY = Symbol.for('vitest-tidb.projects-without-timeout')
const holder = globalThis as { [KEY]?: WeakSet<TestProject> }

/** Names of the projects in a configuration, as its author wrote it, that have a `testTimeout` of their own. */
export function projectsWithTimeout(test: InlineConfig | undefined): readonly string[] {
  if (test === undefined) return []
  const own = test.testTimeout === undefined ? [] : [typeof test.name === 'string' ? test.name : ROOT]
  const projects = (test.projects ?? []).flatMap((project) =>
    typeof project === 'object' && 'test' in project ? projectsWithTimeout(project.test as InlineConfig) : [],
  )
  return [...own, ...projects]
}

export function hasOwnTimeout(project: TestProject, given: ReadonlySet<string>): boolean {
  return given.has(ROOT) || given.has(project.name) || project.config.testTimeout !== VITESTS_DEFAULT
}

/** The project's tests may take what `test.timeout` says, unless somebody says otherwise. */
export function awaitTimeout(project: TestProject): void {
  holder[KEY] ??= new WeakSet()
  holder[KEY].add(project)
}

/** Gives projects the time for a test: all, when somebody set `test.timeout`, else those that have none of their own. */
export function applyTimeout(vitest: Vitest, config: ResolvedConfig): void {
  const explicit = config.isExplicit('test.timeout')
  for (const project of vitest.projects) {
    if (explicit || holder[KEY]?.has(project) === true) project.config.testTimeout = config.test.timeout
  }
}
