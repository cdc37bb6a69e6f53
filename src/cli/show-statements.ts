import { Option, type Command } from 'commander'
import { maskPasswords } from '../connections/mask-passwords.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import type { CommandLog } from './command-log.ts'
import { masked } from './print-error.ts'

export interface StatementOptions {
  readonly showSql?: true
  readonly showOutput?: true
}

export function addStatementOptions(command: Command): Command {
  return command
    .addOption(new Option('--show-sql', 'print each statement before it is sent').helpGroup('Output:'))
    .addOption(new Option('--show-output', 'print each statement and what came back').helpGroup('Output:'))
}

/** What prints the statements of sessions as the options want it, to standard error. */
export async function statementHooks(command: Command, log: CommandLog): Promise<readonly StatementHook[]> {
  const { showSql, showOutput } = command.opts<StatementOptions>()
  if (showSql !== true && showOutput !== true) return [log.statements]
  const { renderReply } = await import('./render-reply.ts')
  return [
    log.statements,
    {
      beforeSend: (sql) => print(`sql> ${maskPasswords(sql).replace(/\s+/g, ' ').trim()}`),
      afterReply: ({ results }) => {
        if (showOutput === true) print(results === undefined ? 'failed' : results.map(renderReply).join('\n'))
      },
    },
  ]
}

function print(text: string): void {
  process.stderr.write(`${masked(text)}\n`)
}
