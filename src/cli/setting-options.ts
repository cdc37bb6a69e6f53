import { Option, type Command } from 'commander'
import { resolveConfig } from '../config/resolve-config.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { definitionOf, optionName, settingKeys, type SettingKey } from '../config/settings.ts'

/** Adds `--config`, `--verbose` and the options of these settings (all that have one, when none are named). */
export function addSettingOptions(command: Command, keys: readonly SettingKey[] = settingKeys): Command {
  for (const key of keys) {
    const { option, about, variable } = definitionOf(key)
    if (option !== undefined) command.addOption(new Option(`--${option}`, `${about} (variable ${variable})`))
  }
  return command
    .option('--config <file>', 'configuration file, JSON or TOML (variable TIDB_TEST_CONFIG)')
    .option('--verbose', 'on failure show code, stack and causes')
}

/**
 * The configuration as a command sees it: working directory, environment and the options that were given.
 *
 * @throws ConfigError
 */
export function configOf(command: Command): ResolvedConfig {
  const values = command.opts<Record<string, string | undefined>>()
  const given: Record<string, string | undefined> = {}
  for (const option of command.options) {
    const name = option.long?.slice(2) ?? ''
    if (settingKeys.some((key) => optionName(key) === name)) given[name] = values[option.attributeName()]
  }
  const file = values['config']
  const config = resolveConfig({
    cwd: process.cwd(),
    env: process.env,
    commandLine: given,
    ...(file === undefined ? {} : { file }),
  })
  for (const warning of config.warnings) process.stderr.write(`tidb-test: ${warning}\n`)
  return config
}
