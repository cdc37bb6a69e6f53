import { dirname, resolve } from 'node:path'
import { ConfigError } from '../errors/config-error.ts'
import { checkSetting, splitHostAndPort } from './check-setting.ts'
import { readConfigFile, type ConfigFile } from './config-file.ts'
import { flatten } from './flatten.ts'
import { CONFIG_VARIABLE, fromCommandLine, fromEnvironment, misspeltVariables } from './named-values.ts'
import { isStronger, type Origin } from './origin.ts'
import { assembleConfig, type ResolvedConfig } from './resolved-config.ts'
import type { Problem, Setting } from './setting.ts'
import type { SettingKey, SettingValues } from './settings.ts'
import type { TidbOptions } from './tidb-options.ts'

export interface ConfigSources {
  /** Where the search for a configuration file and relative paths start. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Keyed by option name without dashes: `{ host: 'db.local:4001' }`. */
  readonly commandLine?: Readonly<Record<string, string | undefined>>
  /** Options of `tidb()`. */
  readonly inline?: TidbOptions
  /** Configuration file named by option; stronger than TIDB_TEST_CONFIG. */
  readonly file?: string
}

/**
 * Puts defaults, configuration file, environment, command line and inline options over each other, in this order.
 * A value that somebody gave beats one that nobody gave, even when it equals the default.
 *
 * @throws ConfigError with everything that is wrong, in whatever layer: `CONFIG_INVALID`, or a `CONFIG_FILE_…` code when
 * the file cannot be read.
 */
export function resolveConfig(sources: ConfigSources): ResolvedConfig {
  const cwd = resolve(sources.cwd)
  const file = readConfigFile(cwd, namedFile(sources))
  const inFile = file === undefined ? nothing : flatten(file.document.value, (path) => originInFile(file, path))
  const inEnvironment = fromEnvironment(sources.env, cwd)
  const onCommandLine = fromCommandLine(sources.commandLine ?? {}, cwd)
  const inline = flatten(sources.inline ?? {}, (path) => originInline(path, cwd))

  const given = [inFile.settings, inEnvironment, onCommandLine.settings, inline.settings]
    .flat()
    .flatMap(splitHostAndPort)
  const problems = [...inFile.problems, ...onCommandLine.problems, ...inline.problems]
  const { values, origins } = strongest(given, problems)
  if (problems.length > 0) throw invalid(problems)
  implyBackend(values, origins)
  return assembleConfig(values, origins, { file: file?.path, warnings: misspeltVariables(sources.env) })
}

const nothing = { settings: [], problems: [] } as const

function namedFile(sources: ConfigSources): { path: string; by: string } | undefined {
  if (sources.file !== undefined) return { path: sources.file, by: 'the option --config' }
  const path = sources.env[CONFIG_VARIABLE]?.trim()
  return path === undefined || path === '' ? undefined : { path, by: `the environment variable ${CONFIG_VARIABLE}` }
}

function originInFile(file: ConfigFile, path: readonly string[]): Origin {
  const line = file.document.lineOf(path)
  const where = line === undefined ? `file ${file.name}` : `file ${file.name} line ${line}`
  return { layer: 'file', where, directory: dirname(file.path) }
}

function originInline(path: readonly string[], cwd: string): Origin {
  const where = path.length === 0 ? 'options of tidb()' : `option ${path.join('.')} of tidb()`
  return { layer: 'inline', where, directory: cwd }
}

function strongest(
  given: readonly Setting[],
  problems: Problem[],
): { values: SettingValues; origins: Map<SettingKey, Origin> } {
  const values: Record<string, unknown> = {}
  const origins = new Map<SettingKey, Origin>()
  for (const setting of given) {
    const checked = checkSetting(setting)
    const before = origins.get(setting.key)
    if ('problem' in checked) {
      problems.push(checked.problem)
    } else if (before?.layer === setting.origin.layer && values[setting.key] !== checked.value) {
      problems.push({
        where: setting.origin.where,
        what: `${setting.key} is given twice: ${String(values[setting.key])} by ${before.where}, ${String(checked.value)} here`,
        remedy: 'Give it once.',
      })
    } else {
      values[setting.key] = checked.value
      origins.set(setting.key, setting.origin)
    }
  }
  return { values: values as SettingValues, origins }
}

/**
 * Who names a host or a binary wants it used. The strongest layer that says anything decides; within a layer a named
 * backend goes before a host, and a host before a binary.
 */
function implyBackend(values: SettingValues, origins: Map<SettingKey, Origin>): void {
  const kind = values['backend.kind'] ?? 'auto'
  let chosen =
    kind === 'auto' ? undefined : { kind, origin: origins.get('backend.kind'), by: undefined as string | undefined }
  for (const [by, implied] of implications) {
    const origin = origins.get(by)
    if (origin === undefined) continue
    if (chosen?.origin === undefined || isStronger(origin.layer, chosen.origin.layer))
      chosen = { kind: implied, origin, by }
  }
  if (chosen?.origin === undefined || chosen.kind === kind) return
  values['backend.kind'] = chosen.kind
  origins.set('backend.kind', { ...chosen.origin, where: `follows from ${chosen.by}, ${chosen.origin.where}` })
}

const implications = [
  ['database.host', 'external'],
  ['backend.binary', 'binary'],
] as const

function invalid(problems: readonly Problem[]): ConfigError {
  const [first] = problems
  if (problems.length === 1 && first !== undefined) {
    return new ConfigError('CONFIG_INVALID', `${first.where}: ${first.what}.`, { remedy: first.remedy })
  }
  const list = problems.map((problem) => `- ${problem.where}: ${problem.what}. ${problem.remedy}`)
  return new ConfigError('CONFIG_INVALID', `${problems.length} settings are wrong:\n${list.join('\n')}`, {
    remedy: 'Correct each of them.',
  })
}
