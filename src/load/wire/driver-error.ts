import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ServerError } from './reply-reader.ts'

const require = createRequire(import.meta.url)
let names: Readonly<Record<number, string>> | undefined

/** A server's error as mysql2 would give it, with MySQL's name for its number. */
export function driverError(error: ServerError): Error {
  // The driver keeps its table to itself, and knows these names better than a copy of it would.
  names ??= require(join(dirname(require.resolve('mysql2/package.json')), 'lib/constants/errors.js')) as Record<
    number,
    string
  >
  return Object.assign(new Error(error.sqlMessage), { ...error, code: names[error.errno] ?? 'UNKNOWN' })
}
