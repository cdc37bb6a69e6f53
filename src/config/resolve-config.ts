import { dirname, resolve } from 'node:path'
import { ConfigError } from '../errors/config-error.ts'
import { Secret } from '../logging/secret.ts'
import { catalogOf, type Catalog } from './catalog.ts'
import { checkSetting, splitHostAndPort } from './check-setting.ts'
import type { ConfigExtension } from './config-extension.ts'
import { readConfigFile, type ConfigFile } from './config-file.ts'
import { earlierKeys, inTodaysWords } from './earlier-keys.ts'
import { splitExtensions } from './file-extensions.ts'
import { flatten } from './flatten.ts'
import { CONFIG_VARIABLE, fromCommandLine, fromEnvironment, misspeltVariables } from './named-values.ts'
import { isStronger, type Origin } from './origin.ts'
import { assembleConfig, type ResolvedConfig } from './resolved-config.ts'
import { readSections } from './sections.ts'
import type { Problem, Setting } from './setting.ts'
import type { TidbOptions } from './tidb-options.ts'

export interface ConfigSources {
  /** Where the search for a configuration file and relative paths start. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Keyed by option name without dashes: `{ host: 'db.local:4001' }`; a switch is `true`. */
  readonly commandLine?: Readonly<Record<string, string | boolean | undefined>>
  /** Command of `tidb-test` that was called: a flag of the section of its name is meant before one of the toolkit. */
  readonly command?: string
  /** Options of `tidb()`; sections of extensions may stand among them. */
  readonly inline?: TidbOptions
  /** Extensions beyond those that the configuration file names. */
  readonly extensions?: readonly ConfigExtension[]
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
  const { file, root, catalog } = vocabularyOf(sources)
  const inFile =
    file === undefined ? nothing : flatten(root, catalog.keys, (path) => originInFile(file, path), earlierKeys)
  const onCommandLine = fromCommandLine(sources.commandLine ?? {}, catalog, { cwd, command: sources.command })
  const inline = flatten(sources.inline ?? {}, catalog.keys, (path) => originInline(path, cwd))

  const given = [
    inTodaysWords(inFile.settings),
    fromEnvironment(sources.env, catalog, cwd),
    onCommandLine.settings,
    inline.settings,
  ]
  const problems = [...inFile.problems, ...onCommandLine.problems, ...inline.problems]
  const { values, origins } = strongest(given.flat().flatMap(splitHostAndPort), catalog, problems)
  // A section is complete only when each of its values is right.
  const { sections, problems: inSections } = readSections(
    problems.length > 0 ? [] : catalog.extensions,
    values,
    origins,
  )
  const all = [...problems, ...inSections]
  if (all.length > 0) throw invalid(all)
  implyBackend(values, origins)
  const warnings = misspeltVariables(sources.env, catalog)
  return assembleConfig(values, origins, { file: file?.path, warnings, catalog, sections })
}

/**
 * Everything that can be set here: the toolkit's settings, those of `sources.extensions`, and those of extensions that
 * the configuration file names.
 *
 * @throws ConfigError `CONFIG_EXTENSION`, or a `CONFIG_FILE_…` code
 */
export function settingsCatalog(sources: Pick<ConfigSources, 'cwd' | 'env' | 'file' | 'extensions'>): Catalog {
  return vocabularyOf(sources).catalog
}

function vocabularyOf(sources: Pick<ConfigSources, 'cwd' | 'env' | 'file' | 'extensions'>): {
  readonly file: ConfigFile | undefined
  readonly root: unknown
  readonly catalog: Catalog
} {
  const file = readConfigFile(resolve(sources.cwd), namedFile(sources))
  const { root, extensions } = file === undefined ? { root: {}, extensions: [] } : splitExtensions(file)
  return { file, root, catalog: catalogOf([...(sources.extensions ?? []), ...extensions]) }
}

const nothing = { settings: [], problems: [] } as const

function namedFile(sources: Pick<ConfigSources, 'env' | 'file'>): { path: string; by: string } | undefined {
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
  catalog: Catalog,
  problems: Problem[],
): { values: Record<string, unknown>; origins: Map<string, Origin> } {
  const values: Record<string, unknown> = {}
  const origins = new Map<string, Origin>()
  for (const setting of given) {
    const definition = catalog.definition(setting.key)
    if (definition === undefined) throw new TypeError(`there is no setting ${setting.key}`)
    const checked = checkSetting(setting, definition)
    const before = origins.get(setting.key)
    if ('problem' in checked) {
      problems.push(checked.problem)
    } else if (before?.layer === setting.origin.layer && !isSame(values[setting.key], checked.value)) {
      problems.push({
        where: setting.origin.where,
        what: `${setting.key} is given twice: ${shown(values[setting.key])} by ${before.where}, ${shown(checked.value)} here`,
        remedy: 'Give it once.',
      })
    } else {
      values[setting.key] = checked.value
      origins.set(setting.key, setting.origin)
    }
  }
  return { values, origins }
}

function isSame(left: unknown, right: unknown): boolean {
  return left instanceof Secret && right instanceof Secret ? left.reveal() === right.reveal() : left === right
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/**
 * Who names a host or a binary wants it used. The strongest layer that says anything decides; within a layer a named
 * backend goes before a host, and a host before a binary.
 */
function implyBackend(values: Record<string, unknown>, origins: Map<string, Origin>): void {
  const kind = values['backend.kind'] ?? 'auto'
  let chosen =
    kind === 'auto'
      ? undefined
      : { kind: String(kind), origin: origins.get('backend.kind'), by: undefined as string | undefined }
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
