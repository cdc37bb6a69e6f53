import { text } from 'node:stream/consumers'
import { ConfigError } from '../errors/config-error.ts'
import { SignalReceived } from './signals.ts'

/** The password options of a command line, as they were given. */
export interface PasswordOptions {
  /** `true` for `-p` alone. */
  readonly password?: string | true
  readonly passwordStdin?: true
  /** `false` for `--no-password-prompt`. */
  readonly passwordPrompt?: boolean
}

/**
 * The password that a command line gives: its value, standard input, or what is typed at the prompt. Undefined when it
 * says nothing of one, and other sources hold.
 *
 * @throws ConfigError `CONFIG_PASSWORD` when two ways were named, or `-p` asks where there is no terminal
 */
export async function givenPassword(
  { password, passwordStdin, passwordPrompt }: PasswordOptions,
  login: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (passwordStdin === true) {
    if (password !== undefined) {
      throw new ConfigError('CONFIG_PASSWORD', 'The password is given twice: by --password and by --password-stdin.', {
        remedy: 'Leave one of them out.',
      })
    }
    return await fromStandardInput()
  }
  if (typeof password === 'string') {
    warnOfArgument()
    return password
  }
  return password === true && passwordPrompt !== false ? await fromTerminal(login, signal) : undefined
}

function warnOfArgument(): void {
  process.stderr.write(
    'tidb-test: A password on the command line stays in the history of the shell, and others may see it in the process\n' +
      '  list. Safer: -p alone, which asks; --password-stdin; the variable TIDB_PASSWORD.\n',
  )
}

async function fromStandardInput(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new ConfigError('CONFIG_PASSWORD', '--password-stdin reads a file or a pipe, but this is a terminal.', {
      remedy: 'Give -p alone to be asked, or pipe it in: pass show tidb | tidb-test … --password-stdin',
    })
  }
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

async function fromTerminal(login: string, signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new ConfigError('CONFIG_PASSWORD', '-p alone asks for the password, but there is no terminal to ask on.', {
      remedy: 'Set TIDB_PASSWORD, pipe it in with --password-stdin, or go on without it: --no-password-prompt',
    })
  }
  const { isCancel, password } = await import('@clack/prompts')
  // A pseudo-terminal that nobody has given a size has 0 columns, and every letter would get a line of its own.
  process.stderr.columns ||= 80
  // An empty mask: nothing shows how long it is. Standard output is for what the command has to say.
  const typed = await password({ message: `Password of ${login}`, mask: '', output: process.stderr, signal })
  if (!isCancel(typed)) return typed ?? ''
  signal.throwIfAborted()
  throw new SignalReceived('SIGINT')
}
