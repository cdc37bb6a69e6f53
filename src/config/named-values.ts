import { builtInExtensions } from './built-in-extensions.ts'
import type { Catalog } from './catalog.ts'
import { nearest } from './nearest.ts'
import type { Layer } from './origin.ts'
import type { Problem, Setting } from './setting.ts'
import { nameOfOption } from './setting-definition.ts'

/** Names the configuration file itself, so it is no setting. */
export const CONFIG_VARIABLE = 'TIDB_TEST_CONFIG'

/** Stands for a level, and yields to a variable that names one. */
const VERBOSE = { variable: 'TIDB_VERBOSE', key: 'logging.level', means: 'debug' } as const

type Environment = Readonly<Record<string, string | undefined>>

/** Settings from environment variables. An empty variable counts as not set, but for the password. */
export function fromEnvironment(env: Environment, catalog: Catalog, cwd: string): readonly Setting[] {
  const named = catalog.keys.flatMap((key) => {
    const { secret = false } = catalog.definition(key) ?? {}
    return variablesOf(key, catalog).flatMap((variable) => {
      const value = env[variable]
      if (value === undefined || (value.trim() === '' && !secret)) return []
      return [setting(key, value, 'environment', `environment variable ${variable}`, cwd)]
    })
  })
  const verbose = /^(true|yes|1)$/i.test(env[VERBOSE.variable]?.trim() ?? '')
  if (!verbose || named.some(({ key }) => key === VERBOSE.key)) return named
  return [...named, setting(VERBOSE.key, VERBOSE.means, 'environment', `environment variable ${VERBOSE.variable}`, cwd)]
}

/** Variables that nothing reads, but that look like a misspelt one: `TIDB_PASWORD`. */
export function misspeltVariables(env: Environment, catalog: Catalog): readonly string[] {
  const known = [...catalog.keys.flatMap((key) => variablesOf(key, catalog)), CONFIG_VARIABLE, VERBOSE.variable]
  return Object.keys(env)
    .filter((name) => name.startsWith('TIDB_') && !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(
        name.slice('TIDB_'.length),
        known.map((variable) => variable.replace(/^TIDB_/, '')),
      )
      const variable = known.find((candidate) => candidate.replace(/^TIDB_/, '') === meant)
      return variable === undefined || env[variable] !== undefined
        ? []
        : [`The environment variable ${name} is not read. Did you mean ${variable}?`]
    })
}

/** Settings from the command line, keyed by option name without dashes. A flag of `command`'s own section goes first. */
export function fromCommandLine(
  options: Readonly<Record<string, string | boolean | undefined>>,
  catalog: Catalog,
  { cwd, command }: { readonly cwd: string; readonly command?: string | undefined },
): { settings: readonly Setting[]; problems: readonly Problem[] } {
  const settings: Setting[] = []
  const problems: Problem[] = []
  const known = catalog.keys.flatMap((key) => flagOf(key, catalog) ?? [])
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const keys = catalog.keys.filter((candidate) => flagOf(candidate, catalog) === name)
    const key =
      keys.find((candidate) => candidate.startsWith(`${command}.`)) ??
      keys.find((candidate) => !isBuiltIn(candidate)) ??
      keys[0]
    if (key !== undefined) {
      settings.push(setting(key, value, 'command line', `option --${name}`, cwd))
    } else {
      const meant = nearest(name, known)
      const remedy =
        meant === undefined ? `Known: ${known.map((option) => `--${option}`).join(', ')}.` : `Did you mean --${meant}?`
      problems.push({ where: `option --${name}`, what: 'unknown option', remedy })
    }
  }
  return { settings, problems }
}

/** A section that a command of its name reads. */
function isBuiltIn(key: string): boolean {
  return builtInExtensions.some(({ name }) => key.startsWith(`${name}.`))
}

function variablesOf(key: string, catalog: Catalog): readonly string[] {
  const { variable, alsoVariable } = catalog.definition(key) ?? {}
  return [variable, alsoVariable].filter((name) => name !== undefined)
}

function flagOf(key: string, catalog: Catalog): string | undefined {
  const option = catalog.definition(key)?.option
  return option === undefined ? undefined : nameOfOption(option)
}

function setting(key: string, value: unknown, layer: Layer, where: string, directory: string): Setting {
  return { key, value, origin: { layer, where, directory } }
}
