import { Command } from 'commander'
import { configCommand } from './config-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { installCommand } from './install-command.ts'
import { openCommand } from './open-command.ts'
import { packageVersion } from './package-version.ts'

/** What a command gets from whoever runs it. */
export interface CommandContext {
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** For a command that has said all there is to say, but failed. */
  readonly exitWith: (code: number) => void
}

const EXAMPLES = `
Examples:
  tidb-test doctor                      what can provide a TiDB on this machine
  tidb-test install                     build the embedded TiDB before the first run needs it
  tidb-test config show --host db:4000  every setting, and where it came from
  tidb-test open ./kept/orders-3        look into the data of a test that failed

Tests themselves run with vitest, which uses the plugin of vitest-tidb/plugin.

Exit codes: 0 success, 1 failure, 2 wrong command line or configuration, 130 and 143 after SIGINT and SIGTERM.`

export function createProgram(context: CommandContext): Command {
  const program = new Command('tidb-test')
    .description('Finds, builds and opens the TiDB that vitest-tidb tests on.')
    .version(packageVersion())
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .showHelpAfterError('(tidb-test --help shows what there is)')
  const commands = [doctorCommand(context), installCommand(context), configCommand(), openCommand(context)]
  for (const command of commands) program.addCommand(command)
  throwInsteadOfExit(program)
  return program
}

/** Settings of a program do not reach commands that are added to it. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride()
  for (const child of command.commands) throwInsteadOfExit(child.copyInheritedSettings(command))
}
