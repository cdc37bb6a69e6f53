import { Command } from 'commander'
import { FAILURE } from './exit-codes.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'
import type { CommandContext } from './program.ts'

export function doctorCommand(context: CommandContext): Command {
  const { signal, exitWith } = context
  const doctor = new Command('doctor')
    .description('Say what can provide a TiDB on this machine, what cannot, why, and how to get it.')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Changes nothing: nothing is started, built or pulled. Ends with 1 when no TiDB can be had.

Examples:
  tidb-test doctor
  tidb-test doctor --host db.local:4001 --user app
  tidb-test doctor --json`,
    )
  return addSettingOptions(doctor, context, ['database', 'backend', 'logging']).action(
    async (_options: unknown, command: Command) => {
      const config = await readConfig(command, context)
      const { examine } = await import('./examine.ts')
      const { renderExamination } = await import('./render-examination.ts')
      const examination = await examine(config, signal)
      const json = command.opts<{ json?: true }>().json === true
      process.stdout.write(json ? `${JSON.stringify(examination, null, 2)}\n` : renderExamination(examination))
      if (examination.choice === null) exitWith(FAILURE)
    },
  )
}
