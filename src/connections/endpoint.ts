import type { Secret } from '../logging/secret.ts'

/** Where a TiDB listens and who logs in. Plain data but for the password, which never prints. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: Secret
  readonly tls?: EndpointTls
  /** TiDB's HTTP status port, if it is known and reachable. */
  readonly statusPort?: number
}

/** How a connection is encrypted; an empty one is TLS with the system's authorities. Certificates and keys are PEM. */
interface EndpointTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** Default true. */
  readonly verify?: boolean
  /** Whom the server's certificate must be for, where that is not the host that is connected to: behind a proxy. */
  readonly host?: string
}

/** `host:port`; an IPv6 address is in brackets. */
export function addressOf({ host, port }: Pick<Endpoint, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** `mysql://user@host:port/database`, without the password unless it is asked for. */
export function urlOf(endpoint: Endpoint, database?: string, options: { password?: boolean } = {}): string {
  const password =
    options.password === true && endpoint.password !== undefined
      ? `:${encodeURIComponent(endpoint.password.reveal())}`
      : ''
  return `mysql://${encodeURIComponent(endpoint.user)}${password}@${addressOf(endpoint)}/${database === undefined ? '' : encodeURIComponent(database)}`
}

/** Whether both lead to one server; who logs in does not matter. */
export function isSameServer(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port
}
