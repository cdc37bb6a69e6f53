import { Argument, Command } from 'commander'
import type { CommandContext } from './program.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** `root` gives the whole program, which is complete only when the command runs. */
export function completionsCommand(context: CommandContext, root: () => Command): Command {
  return new Command('completions')
    .description('Print what completes the commands of tidb-test in a shell.')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  bash   source <(tidb-test completions bash)                                     in ~/.bashrc
  zsh    source <(tidb-test completions zsh)                                      in ~/.zshrc, after compinit
  fish   tidb-test completions fish > ~/.config/fish/completions/tidb-test.fish`,
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { completionsFor } = await import('./completions.ts')
      process.stdout.write(completionsFor(shell, root(), context.catalog))
    })
}
