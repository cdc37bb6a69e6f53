import { inspect } from 'node:util'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { mask } from '../logging/mask.ts'
import type { Secret } from '../logging/secret.ts'

const secrets = new Set<Secret | string>()

/** From now on this text is not printed, whatever error it turns up in. */
export function keepSecret(secret: Secret | string | undefined): void {
  if (secret !== undefined) secrets.add(secret)
}

export function masked(text: string): string {
  return mask(text, [...secrets, process.env['TIDB_PASSWORD'] ?? ''])
}

/** Prints message and remedy; with `verbose` the code, the stack and the causes, too. */
export function printError(error: unknown, options: { readonly verbose: boolean }): void {
  const hint =
    options.verbose || isTidbTestError(error) ? '' : '\n  Run it again with --verbose to see where this happened.'
  const text = options.verbose ? inspect(error) : `${messageOf(error)}${hint}`
  process.stderr.write(`tidb-test: ${masked(text)}\n`)
}
