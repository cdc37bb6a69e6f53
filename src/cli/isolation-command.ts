import { Command } from 'commander'
import { isolationExtension } from '../config/isolation-extension.ts'
import { ConfigError } from '../errors/config-error.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'
import { addStatementOptions, statementHooks } from './show-statements.ts'

export function isolationCommand(context: CommandContext): Command {
  const { signal } = context
  const isolation = new Command('isolation')
    .description('Find out which anomalies transactions show, in each transaction mode and isolation level.')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Provokes each anomaly of Adya's catalogue, from G0 (dirty write) to G2 (write skew by a condition), with real
transactions on a table in a database of its own, which is dropped again. Without a host a TiDB is started for it, as
for a test run. The table has --rows rows (when not given, as many as test.rows says) in pairs, and all pairs are
tested at once. A cell tells in how many pairs the anomaly occurred, or by what it was prevented: the number of an
error, a wait for the other transaction, or, where nothing is said, by what the transactions were shown.
With --json every cell has its evidence: which step saw what.

Examples:
  tidb-test isolation
  tidb-test isolation --rows 1000 --host db.local --user app -p
  tidb-test isolation --json`,
    )
  addSettingOptions(isolation, context, ['database', 'backend', 'isolation', 'logging'])
  addStatementOptions(isolation)
  return isolation.action(async (_options: unknown, command: Command) => {
    const config = await readConfig(command, context)
    const { rows = config.test.rows } = config.extension(isolationExtension)
    if (rows < 2) {
      throw new ConfigError(
        'CONFIG_ROWS',
        `${config.origin('test.rows')}: ${rows} row is too few: anomalies are provoked on pairs of rows.`,
        { remedy: 'Give --rows 2 or more.' },
      )
    }
    using progress = terminalProgress(process.stderr, { level: config.logging.level })
    const { measureIsolation } = await import('./measure-isolation.ts')
    const { renderIsolation } = await import('./render-isolation.ts')
    const measured = await measureIsolation(config, {
      rows,
      progress,
      signal,
      hooks: await statementHooks(command, context.log),
    })
    progress.clear()
    const json = command.opts<{ json?: true }>().json === true
    process.stdout.write(json ? `${JSON.stringify(measured, null, 2)}\n` : renderIsolation(measured))
  })
}
