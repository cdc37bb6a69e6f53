import { CommanderError } from 'commander'
import { FAILURE, SUCCESS, USAGE, exitCodeOf } from './exit-codes.ts'
import { createProgram } from './program.ts'
import { printError } from './print-error.ts'
import { SignalReceived, withSignals } from './signals.ts'
import { ConfigError } from '../errors/config-error.ts'

/**
 * Runs one command line (without node and script). Gives the exit code: 0 success, 1 failure, 2 wrong command line or
 * configuration, 130 or 143 after SIGINT or SIGTERM.
 */
export async function run(args: readonly string[]): Promise<number> {
  endQuietlyOnClosedPipe()
  let exitCode = SUCCESS
  try {
    await withSignals(async (signal) => {
      const program = createProgram({ signal, exitWith: (code) => (exitCode = code) })
      await program.parseAsync([...args], { from: 'user' })
    })
    return exitCode
  } catch (error) {
    if (error instanceof SignalReceived) return exitCodeOf(error.signal)
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : USAGE
    printError(error, { verbose: args.includes('--verbose') })
    return error instanceof ConfigError ? USAGE : FAILURE
  }
}

/** `tidb-test config show | head -1` closes the pipe early. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(SUCCESS)
    throw error
  })
}
