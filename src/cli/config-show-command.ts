import { relative } from 'node:path'
import { Command } from 'commander'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { alignColumns } from './align-columns.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'

export function configShowCommand(context: CommandContext): Command {
  const show = new Command('show')
    .description('Show every setting that has a value, and where that came from. Passwords are masked.')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Stronger sources come later: defaults, configuration file, environment, command line, options of tidb() in the Vitest
configuration (which this command does not see).

Examples:
  tidb-test config show
  TIDB_HOST=db.local:4001 tidb-test config show
  tidb-test config show --config ./ci/tidb-test.config.toml --json`,
    )
  return addSettingOptions(show, context).action(async (_options: unknown, command: Command) => {
    const config = await readConfig(command, context)
    process.stdout.write(command.opts<{ json?: true }>().json === true ? asJson(config) : asText(config))
  })
}

function asText(config: ResolvedConfig): string {
  const file =
    config.file === undefined
      ? 'No configuration file.'
      : `Configuration file: ${relative('', config.file) || config.file}`
  const rows = config.entries().map(({ key, value, origin }) => [key, String(value), origin])
  return `${file}\n\n${alignColumns([['setting', 'value', 'from'], ...rows])}\n`
}

function asJson(config: ResolvedConfig): string {
  const settings = Object.fromEntries(config.entries().map(({ key, value, origin }) => [key, { value, origin }]))
  return `${JSON.stringify({ file: config.file ?? null, settings, warnings: config.warnings }, null, 2)}\n`
}
