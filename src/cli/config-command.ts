import { Command } from 'commander'
import { configInitCommand } from './config-init-command.ts'
import { configShowCommand } from './config-show-command.ts'
import type { CommandContext } from './program.ts'

export function configCommand(context: CommandContext): Command {
  return new Command('config')
    .description('Look at the configuration, or begin one.')
    .addCommand(configShowCommand(context))
    .addCommand(configInitCommand(context))
}
