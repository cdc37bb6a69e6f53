import { inspect } from 'node:util'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { mask } from '../logging/mask.ts'

/** Prints message and remedy; with `verbose` the code, the stack and the causes, too. */
export function printError(error: unknown, options: { readonly verbose: boolean }): void {
  const hint =
    options.verbose || isTidbTestError(error) ? '' : '\n  Run it again with --verbose to see where this happened.'
  const text = options.verbose ? inspect(error) : `${messageOf(error)}${hint}`
  process.stderr.write(`tidb-test: ${mask(text, [process.env['TIDB_PASSWORD'] ?? ''])}\n`)
}
