import { CommanderError } from 'commander'
import { catalogOf, type Catalog } from '../config/catalog.ts'
import { settingsCatalog } from '../config/resolve-config.ts'
import { ConfigError } from '../errors/config-error.ts'
import { CommandLog } from './command-log.ts'
import { FAILURE, SUCCESS, USAGE, exitCodeOf } from './exit-codes.ts'
import { createProgram } from './program.ts'
import { printError } from './print-error.ts'
import { SignalReceived, withSignals } from './signals.ts'
import { splitAtDashes } from './split-at-dashes.ts'

/**
 * Runs one command line (without node and script). Gives the exit code: 0 success, 1 failure, 2 wrong command line or
 * configuration, 130 or 143 after SIGINT or SIGTERM.
 */
export async function run(args: readonly string[]): Promise<number> {
  endQuietlyOnClosedPipe()
  const { own, afterDashes } = splitAtDashes(args)
  const log = new CommandLog()
  let exitCode = SUCCESS
  try {
    await withSignals(async (signal) => {
      const exitWith = (code: number): void => {
        exitCode = code
      }
      const program = createProgram({ signal, exitWith, catalog: catalogFor(own), afterDashes, log })
      await program.parseAsync([...own], { from: 'user' })
    })
    log.end({ exitCode })
    return exitCode
  } catch (error) {
    const failed = exitCodeFor(error)
    log.end({ exitCode: failed, error })
    // Commander has printed its message, or the help that was asked for.
    if (!(error instanceof SignalReceived || error instanceof CommanderError)) {
      printError(error, { verbose: own.some((arg) => arg === '--verbose' || arg === '-v') })
    }
    return failed
  }
}

function exitCodeFor(error: unknown): number {
  if (error instanceof SignalReceived) return exitCodeOf(error.signal)
  if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : USAGE
  return error instanceof ConfigError ? USAGE : FAILURE
}

/** The settings of extensions that the configuration file names have options, too. */
function catalogFor(args: readonly string[]): Catalog {
  const named = args.findIndex((arg) => arg === '-c' || arg === '--config')
  const file = named < 0 ? args.find((arg) => arg.startsWith('--config='))?.slice('--config='.length) : args[named + 1]
  try {
    return settingsCatalog({ cwd: process.cwd(), env: process.env, ...(file === undefined ? {} : { file }) })
  } catch (error) {
    // A command that needs the file says what is wrong with it; --help does not need it.
    if (error instanceof ConfigError) return catalogOf()
    throw error
  }
}

/** `tidb-test config show | head -1` closes the pipe early. */
function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(SUCCESS)
    throw error
  })
}
