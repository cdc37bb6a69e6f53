import { Command } from 'commander'
import type { Catalog } from '../config/catalog.ts'
import { nearest } from '../config/nearest.ts'
import { nameOfOption } from '../config/setting-definition.ts'
import { checkCommand } from './check-command.ts'
import type { CommandLog } from './command-log.ts'
import { completionsCommand } from './completions-command.ts'
import { configCommand } from './config-command.ts'
import { connectionsCommand } from './connections-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { downCommand } from './down-command.ts'
import { installCommand } from './install-command.ts'
import { isolationCommand } from './isolation-command.ts'
import { jobsCommand } from './jobs-command.ts'
import { openCommand } from './open-command.ts'
import { packageVersion } from '../vitest/package-version.ts'
import { pythonCommand } from './python-command.ts'
import { runCommand } from './run-command.ts'
import { upCommand } from './up-command.ts'

/** What a command gets from whoever runs it. */
export interface CommandContext {
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** For a command that has said all there is to say, but failed. */
  readonly exitWith: (code: number) => void
  /** Everything that can be set, and so has an option. */
  readonly catalog: Catalog
  /** What stood behind `--`. */
  readonly afterDashes: readonly string[]
  readonly log: CommandLog
}

const EXAMPLES = `
Examples:
  tidb-test doctor                          what can provide a TiDB on this machine
  tidb-test run txn                         test transactions on a TiDB that is started for it
  tidb-test run ddl -H db.local -u app -p   test DDL on somebody's cluster
  tidb-test python tests/                   run the handlers in the Python files of a folder
  tidb-test check -H db.local:4000          connect step by step, and see where it fails
  tidb-test connections --count 20          open many connections at once, and report each
  tidb-test up --detach                     a TiDB to try things on, until tidb-test down
  tidb-test isolation                       which anomalies each isolation level shows

Tests of your own run with vitest, which uses the plugin of vitest-tidb/plugin; or with tidb-test run FILE.
tidb-test COMMAND --help has options and examples.

Exit codes: 0 success, 1 failure, 2 wrong command line or configuration, 130 and 143 after SIGINT and SIGTERM.`

export function createProgram(context: CommandContext): Command {
  const program = new Command('tidb-test')
    .description('Tests TiDB, and finds, builds, starts and watches the TiDB that is tested on.')
    .version(packageVersion())
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .showHelpAfterError('(tidb-test --help shows what there is)')
    .configureOutput({ outputError: (text, write) => write(withoutValues(text, context.catalog)) })
  const groups: readonly (readonly [string, readonly Command[]])[] = [
    [
      'Testing:',
      [
        runCommand(context),
        pythonCommand(context),
        checkCommand(context),
        connectionsCommand(context),
        isolationCommand(context),
        jobsCommand(context),
      ],
    ],
    [
      'A TiDB to test on:',
      [doctorCommand(context), installCommand(context), upCommand(context), downCommand(context), openCommand(context)],
    ],
    ['Settings:', [configCommand(context), completionsCommand(context, () => program)]],
  ]
  for (const [group, commands] of groups) {
    for (const command of commands) program.addCommand(command.helpGroup(group))
  }
  inherit(program)
  return program
}

/** Settings of a program do not reach commands that are added to it. */
function inherit(command: Command): void {
  command.exitOverride()
  command.hook('preAction', (_program, action) => {
    if (action.opts<{ color?: boolean }>().color === false) process.env['NO_COLOR'] = '1'
  })
  for (const child of command.commands) inherit(child.copyInheritedSettings(command))
}

/** A misspelt --password=… is not repeated with its value. */
function withoutValues(text: string, catalog: Catalog): string {
  return text.replace(/(option '--?([^'=]+))=[^']*'/, (_match, option: string, name: string) => {
    const flags = catalog.keys.flatMap((key) => catalog.definition(key)?.option ?? []).map(nameOfOption)
    const meant = nearest(name, flags)
    return `${option}=…'${meant === undefined ? '' : `\n(Did you mean --${meant}?)`}`
  })
}
