import { Command } from 'commander'
import { FAILURE } from './exit-codes.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'
import { addStatementOptions, statementHooks } from './show-statements.ts'

export function checkCommand(context: CommandContext): Command {
  const { signal, exitWith } = context
  const check = new Command('check')
    .description('Connect to a TiDB state by state, and say where it fails.')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Parses the settings, connects (again when the failure may pass), sends SELECT 1, looks for the database, reads the
version. Ends with 1 when a state fails, and names it. Without a host it looks at 127.0.0.1:4000.

Examples:
  tidb-test check --host db.local:4000 --user app -p
  tidb-test check -H db.local -d orders --show-sql
  TIDB_PASSWORD=… tidb-test check -H db.local --json`,
    )
  addSettingOptions(check, context, ['database', 'logging', 'retry', 'breaker'])
  addStatementOptions(check)
  return check.action(async (_options: unknown, command: Command) => {
    const config = await readConfig(command, context)
    const { checkConnection } = await import('./check-connection.ts')
    const { renderCheck } = await import('./render-check.ts')
    const checked = await checkConnection(config, {
      hooks: await statementHooks(command, context.log),
      signal,
      onRetry: (line) => context.log.note(line),
    })
    const json = command.opts<{ json?: true }>().json === true
    process.stdout.write(json ? `${JSON.stringify(checked, null, 2)}\n` : renderCheck(checked))
    if (!checked.ok) exitWith(FAILURE)
  })
}
