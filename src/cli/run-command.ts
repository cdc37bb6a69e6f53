import { Command } from 'commander'
import { builtInExtensions } from '../config/built-in-extensions.ts'
import type { PasswordOptions } from './given-password.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig, sourcesOf } from './setting-options.ts'
import { addStatementOptions, type StatementOptions } from './show-statements.ts'
import { suiteNames } from './suites.ts'

interface RunOptions extends StatementOptions, PasswordOptions {
  readonly json?: true
}

export function runCommand(context: CommandContext): Command {
  const { signal, exitWith, afterDashes } = context
  const run = new Command('run')
    .description('Run the suites that test TiDB itself, or test files of your own, with Vitest.')
    .argument('[suite|file...]', `suites: ${suiteNames().join(', ')}; without any, all of them`)
    .addOption(jsonOption('print the result as JSON; what Vitest says goes to standard error'))
    .addHelpText(
      'after',
      `
The suites ship with vitest-tidb, so they run from an empty folder. They make databases named vitest_tidb_… and drop
them again. A scenario that the user has no privilege for is skipped, with the privilege named. Files of your own run
with the vitest.config of this folder. What follows -- are flags of vitest. A run of which every test was skipped for
lack of privileges ends with 1: nothing was tested.

A password: -p alone asks for it. With a value, write -pVALUE or --password=VALUE.

Examples:
  tidb-test run                                    every suite, on a TiDB that is started for it
  npx vitest-tidb run txn -H db.local -u app -p    transactions on somebody's cluster
  tidb-test run ddl txn -- --reporter=verbose -t index
  tidb-test run orders.test.ts --show-sql
  tidb-test run txn --json > result.json`,
    )
  // Those sections are for other commands; everything else acts in tests, sections of the user's extensions too.
  const others = builtInExtensions.map(({ name }) => `${name}.`)
  const keys = context.catalog.keys.filter((key) => !others.some((prefix) => key.startsWith(prefix)))
  addSettingOptions(run, { ...context, catalog: { ...context.catalog, keys } })
  addStatementOptions(run)
  return run.action(async (what: readonly string[], _options: unknown, command: Command) => {
    const { chooseTests } = await import('./choose-tests.ts')
    const { showSql, showOutput, password, json } = command.opts<RunOptions>()
    const chosen = chooseTests(what, { asksForPassword: password === true })
    const sources = await sourcesOf(command, context)
    // Workers write the log of statements; a level or console that was asked for goes before.
    if (showSql === true || showOutput === true) {
      process.env['TIDB_LOG_LEVEL'] = 'debug'
      process.env['TIDB_LOG_CONSOLE'] ??= 'true'
    }
    const { user } = (await readConfig(command, context, sources)).database
    const { runVitest } = await import('./run-vitest.ts')
    const { runResultText } = await import('./run-result.ts')
    const result = json === true ? runResultText : undefined
    exitWith(await runVitest({ chosen, sources, flags: afterDashes, user, json: json === true, result, signal }))
  })
}
