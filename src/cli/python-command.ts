import { Command } from 'commander'
import { ConfigError } from '../errors/config-error.ts'
import type { PasswordOptions } from './given-password.ts'
import { USAGE } from './exit-codes.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig, sourcesOf } from './setting-options.ts'

interface PythonOptions extends PasswordOptions {
  readonly suite?: readonly string[]
  readonly handler?: readonly string[]
  readonly json?: true
}

export function pythonCommand(context: CommandContext): Command {
  const { signal, exitWith, afterDashes } = context
  const python = new Command('python')
    .description('Run tests that are handlers written in Python.')
    .argument('[path...]', 'files test_….py, or folders that hold such files')
    .option('--suite <name>', 'a suite by its name; may be repeated', collect)
    .option('--handler <name>', 'only handlers of this name; may be repeated', collect)
    .addOption(jsonOption('print the result as JSON; what Vitest says goes to standard error'))
    .addHelpText(
      'after',
      `
Every class that is derived from PyStateHandler is a test, in a clean database of its own. A suite is a folder; the
configuration names yours, in python.suites, and some come with the package. Without a path and a suite, all suites of
the configuration run; those of the package, where it names none. FILE:LINE runs the handler at that line. What follows
-- are flags of vitest.

A dry run has mock connections and no server. It shows whether a handler gets to its end, and is no success.

Examples:
  tidb-test python tests/
  tidb-test python tests/test_bank.py --handler Transfer --show-sql
  tidb-test python --suite ddl --host db.local --user app -p
  tidb-test python tests/ --dry-run
  tidb-test python tests/ --json > result.json`,
    )
  addSettingOptions(python, context, PLACES)
  return python.action(async (paths: readonly string[], _options: unknown, command: Command) => {
    const { suite = [], handler = [], json } = command.opts<PythonOptions>()
    const sources = await sourcesOf(command, context)
    const config = await readConfig(command, context, sources)
    const { choosePythonSuites } = await import('./python-suites.ts')
    const suites = choosePythonSuites(paths, suite, config)
    if (suites.length === 0) throw nothingToRun()
    const { runVitest } = await import('./run-vitest.ts')
    const { pythonResult } = await import('./python-result.ts')
    const { renderPython } = await import('./render-python.ts')
    let missing: readonly string[] = []
    const exitCode = await runVitest({
      chosen: { python: suites.flatMap(({ files }) => files), handlers: handler },
      sources,
      flags: afterDashes,
      user: config.database.user,
      json: json === true,
      signal,
      result: (vitest, code) => {
        const result = pythonResult(vitest, suites, code)
        const names = result.suites.flatMap(({ files }) =>
          files.flatMap((file) => file.handlers.map(({ name }) => name)),
        )
        missing = handler.filter((name) => !names.some((each) => each === name || each.startsWith(`${name}[`)))
        return json === true ? `${JSON.stringify(result, null, 2)}\n` : renderPython(result)
      },
    })
    if (missing.length > 0)
      process.stderr.write(`tidb-test: there is no handler ${missing.join(', ')} in these files.\n`)
    exitWith(missing.length > 0 && exitCode === 0 ? USAGE : exitCode)
  })
}

/** What acts when handlers run. */
const PLACES = ['python', 'database', 'backend', 'schema', 'timeZone', 'test', 'retry', 'breaker', 'logging']

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function nothingToRun(): ConfigError {
  return new ConfigError('CONFIG_TESTS', 'There is nothing to run: no path was given, and there is no suite.', {
    remedy: 'Name a file or a folder: tidb-test python tests/',
  })
}
