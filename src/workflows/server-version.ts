import { ConnectError } from '../errors/connect-error.ts'

/** A server's version in numbers. For TiDB they are TiDB's own, not those of the MySQL that it speaks like. */
export interface ServerVersion {
  readonly product: 'TiDB' | 'MySQL' | 'MariaDB'
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** What `SELECT VERSION()` says. */
  readonly text: string
}

/**
 * Reads what `SELECT VERSION()` says: `8.0.11-TiDB-v8.5.4` is TiDB 8.5.4, `8.0.36` is MySQL, `10.11.6-MariaDB` is MariaDB.
 *
 * @throws ConnectError `CONNECT_UNKNOWN_VERSION` when there is no version in it.
 */
export function parseServerVersion(text: string): ServerVersion {
  const product = /-TiDB(-|$)/i.test(text) ? 'TiDB' : /mariadb/i.test(text) ? 'MariaDB' : 'MySQL'
  const numbers = (product === 'TiDB' ? /-TiDB-v?(\d+)\.(\d+)\.(\d+)/i : /^(\d+)\.(\d+)\.(\d+)/).exec(text)
  if (numbers === null) {
    throw new ConnectError('CONNECT_UNKNOWN_VERSION', `the server's version cannot be read: '${text}'`, {
      remedy:
        product === 'TiDB'
          ? 'A TiDB built by hand carries a version only when one is stamped in, or `server-version` is set.'
          : 'Is this a TiDB, or another server that speaks the MySQL protocol?',
    })
  }
  const [, major, minor, patch] = numbers
  return { product, major: Number(major), minor: Number(minor), patch: Number(patch), text }
}
