import { Option, type Command } from 'commander'
import type { Catalog } from '../config/catalog.ts'
import { resolveConfig, type ConfigSources } from '../config/resolve-config.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { nameOfOption } from '../config/setting-definition.ts'
import { addressOf } from '../connections/endpoint.ts'
import type { CommandLog } from './command-log.ts'
import { givenPassword, type PasswordOptions } from './given-password.ts'
import { keepSecret } from './print-error.ts'

const LETTERS: Readonly<Record<string, string>> = {
  'database.host': '-H, ',
  'database.port': '-P, ',
  'database.user': '-u, ',
  'database.password': '-p, ',
  'database.database': '-d, ',
}

const GROUPS = [
  ['database.', 'Connection:'],
  ['backend.', 'Where the TiDB comes from:'],
  ['logging.', 'Output:'],
] as const

/** What of a command's context these options need. */
interface OptionContext {
  readonly catalog: Catalog
  readonly signal: AbortSignal
  readonly log: CommandLog
}

/**
 * Adds the options of the settings in these places (`database` is all of its settings; every setting, when no places are
 * given), and those that every command has.
 */
export function addSettingOptions(command: Command, { catalog }: OptionContext, places?: readonly string[]): Command {
  const names = new Set<string>()
  for (const key of catalog.keys) {
    if (places !== undefined && !places.some((place) => key === place || key.startsWith(`${place}.`))) continue
    const definition = catalog.definition(key)
    if (definition?.option === undefined || names.has(nameOfOption(definition.option))) continue
    names.add(nameOfOption(definition.option))
    const group = GROUPS.find(([prefix]) => key.startsWith(prefix))?.[1] ?? 'Settings:'
    const about = key === 'database.password' ? 'ask for the password' : definition.about.replaceAll('`', '')
    const flags = `${LETTERS[key] ?? ''}--${definition.option}`
    command.addOption(new Option(flags, `${about} (variable ${definition.variable})`).helpGroup(group))
    if (key === 'database.password') addPasswordOptions(command, group)
  }
  const file = new Option('-c, --config <file>', 'configuration file (variable TIDB_TEST_CONFIG)')
  return addOutputOptions(command.addOption(file.helpGroup('Settings:')))
}

/** What every command has. */
export function addOutputOptions(command: Command): Command {
  return command
    .addOption(new Option('-v, --verbose', 'on failure show code, stack and causes').helpGroup('Output:'))
    .addOption(new Option('--no-color', 'no colours (variable NO_COLOR)').helpGroup('Output:'))
}

export function jsonOption(about = 'print JSON'): Option {
  return new Option('--json', about).helpGroup('Output:')
}

function addPasswordOptions(command: Command, group: string): void {
  command
    .addOption(new Option('--password-stdin', 'read the password from standard input').helpGroup(group))
    .addOption(new Option('--no-password-prompt', 'never ask, even after -p').helpGroup(group))
}

/**
 * The configuration as a command sees it: working directory, environment and the options that were given. Asks for the
 * password when that was wanted.
 *
 * @throws ConfigError
 */
export async function readConfig(
  command: Command,
  context: OptionContext,
  sources?: ConfigSources,
): Promise<ResolvedConfig> {
  const config = resolveConfig(sources ?? (await sourcesOf(command, context)))
  keepSecret(config.database.password)
  context.log.begin(command.name(), config)
  for (const warning of config.warnings) process.stderr.write(`tidb-test: ${warning}\n`)
  return config
}

/** Working directory, environment, and what a command line adds to them. */
export async function sourcesOf(command: Command, { catalog, signal }: OptionContext): Promise<ConfigSources> {
  const values = command.opts<Record<string, string | true | undefined>>()
  const flags = new Set(catalog.keys.flatMap((key) => catalog.definition(key)?.option ?? []).map(nameOfOption))
  const given = Object.fromEntries(
    command.options.flatMap((option) => {
      const name = option.long?.slice(2) ?? ''
      return flags.has(name) && name !== 'password' ? [[name, values[option.attributeName()]]] : []
    }),
  )
  const file = values['config']
  const named = typeof file === 'string' ? { file } : {}
  const place = { cwd: process.cwd(), env: process.env, command: command.name() }
  const sources: ConfigSources = { ...place, commandLine: given, ...named }
  const { password, passwordStdin } = command.opts<PasswordOptions>()
  if (password === undefined && passwordStdin === undefined) return sources
  // Everything else is checked first: nobody is asked for a password in vain.
  const { user, ...endpoint } = resolveConfig(sources).database
  const typed = await givenPassword(command.opts<PasswordOptions>(), `${user} at ${addressOf(endpoint)}`, signal)
  keepSecret(typed)
  return { ...sources, commandLine: { ...given, password: typed } }
}
