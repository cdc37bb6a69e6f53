import { nearest } from './nearest.ts'
import type { Layer } from './origin.ts'
import type { Problem, Setting } from './setting.ts'
import { definitionOf, optionName, settingKeys } from './settings.ts'

/** Names the configuration file itself, so it is no setting. */
export const CONFIG_VARIABLE = 'TIDB_TEST_CONFIG'

/** Settings from environment variables. An empty variable counts as not set, but for the password. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>, cwd: string): readonly Setting[] {
  return settingKeys.flatMap((key) => {
    const { variable, secret } = definitionOf(key)
    const value = variable === undefined ? undefined : env[variable]
    if (variable === undefined || value === undefined || (value.trim() === '' && secret !== true)) return []
    return [setting(key, value, 'environment', `environment variable ${variable}`, cwd)]
  })
}

/** Variables that nothing reads, but that look like a misspelt one: `TIDB_PASWORD`. */
export function misspeltVariables(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const known = [...settingKeys.flatMap((key) => definitionOf(key).variable ?? []), CONFIG_VARIABLE]
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

/** Settings from the command line, keyed by option name without dashes. */
export function fromCommandLine(
  options: Readonly<Record<string, string | undefined>>,
  cwd: string,
): { settings: readonly Setting[]; problems: readonly Problem[] } {
  const settings: Setting[] = []
  const problems: Problem[] = []
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    const key = settingKeys.find((candidate) => optionName(candidate) === name)
    if (key !== undefined) {
      settings.push(setting(key, value, 'command line', `option --${name}`, cwd))
    } else {
      const known = settingKeys.flatMap((candidate) => optionName(candidate) ?? [])
      const meant = nearest(name, known)
      const remedy =
        meant === undefined ? `Known: ${known.map((option) => `--${option}`).join(', ')}.` : `Did you mean --${meant}?`
      problems.push({ where: `option --${name}`, what: 'unknown option', remedy })
    }
  }
  return { settings, problems }
}

function setting(key: Setting['key'], value: string, layer: Layer, where: string, directory: string): Setting {
  return { key, value, origin: { layer, where, directory } }
}
