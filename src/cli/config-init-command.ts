import { basename } from 'node:path'
import { Command, Option } from 'commander'
import type { CommandContext } from './program.ts'
import { addSettingOptions, sourcesOf } from './setting-options.ts'

interface InitOptions {
  readonly force?: true
  readonly format?: 'toml' | 'json'
}

export function configInitCommand(context: CommandContext): Command {
  const init = new Command('init')
    .description('Write a configuration file to begin with.')
    .argument('[file]', 'where to write it (default: tidb-test.config.toml)')
    .addOption(new Option('--format <format>', "when the file's name does not say").choices(['toml', 'json']))
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      `
Settings given as options are written as they are; TOML lists all others as comments, with their defaults. The file is
checked as a test run would, before it is written. A password is never written: keep it in TIDB_PASSWORD.

Examples:
  tidb-test config init
  tidb-test config init --host db.local:4000 --user app
  tidb-test config init tidb-test.config.json --backend container`,
    )
  addSettingOptions(init, { ...context, catalog: withoutSecrets(context.catalog) })
  return init.action(async (file: string | undefined, _options: unknown, command: Command) => {
    const { writeConfigFile } = await import('./write-config-file.ts')
    const { force = false, format } = command.opts<InitOptions>()
    const { commandLine = {} } = await sourcesOf(command, context)
    const path = file ?? `tidb-test.config.${format ?? 'toml'}`
    writeConfigFile({ path, format, force, given: commandLine, catalog: context.catalog })
    process.stderr.write(`Wrote ${basename(path)}. tidb-test config show tells what is in force.\n`)
  })
}

function withoutSecrets(catalog: CommandContext['catalog']): CommandContext['catalog'] {
  return { ...catalog, keys: catalog.keys.filter((key) => catalog.definition(key)?.secret !== true) }
}
