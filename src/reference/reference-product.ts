/** Who made a server, as far as that tells what its SQL is. */
export type ReferenceProduct = 'MySQL' | 'MariaDB' | 'TiDB'

/** What a reference is: a name is always product and version, so that no MariaDB passes for a MySQL. */
export interface ReferenceIdentity {
  readonly product: ReferenceProduct
  /** Such as `10.11.19`. */
  readonly version: string
  /** `MariaDB 10.11.19` */
  readonly name: string
}

/**
 * Reads what `SELECT VERSION()` says: `8.4.3`, `10.11.19-MariaDB-0+deb12u1`, `8.0.11-TiDB-v8.5.4`. MariaDB before 11 puts
 * `5.5.5-` in front for old clients, in the handshake only.
 */
export function identityOf(versionText: string): ReferenceIdentity {
  const product = /mariadb/i.test(versionText) ? 'MariaDB' : /tidb/i.test(versionText) ? 'TiDB' : 'MySQL'
  const version = (product === 'TiDB' ? versionText.replace(/^.*TiDB-v?/i, '') : versionText).replace(/[-+].*$/, '')
  return { product, version, name: `${product} ${version}` }
}

/** Whether a name such as `MariaDB`, `MariaDB 10` or `MariaDB 10.11` means this server. */
export function isNamed(wanted: string, { name }: Pick<ReferenceIdentity, 'name'>): boolean {
  return name === wanted || name.startsWith(`${wanted} `) || name.startsWith(`${wanted}.`)
}
