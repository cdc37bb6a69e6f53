import type { Command } from 'commander'
import type { Catalog } from '../config/catalog.ts'
import { bashCompletions } from './bash-completions.ts'
import { completables } from './completable.ts'
import { fishCompletions } from './fish-completions.ts'
import { zshCompletions } from './zsh-completions.ts'

const inShell = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions }

/** A script that completes the program's commands, arguments, options and their values in a shell. */
export function completionsFor(shell: keyof typeof inShell, program: Command, catalog: Catalog): string {
  return inShell[shell](completables(program, catalog))
}
