import { isIPv6 } from 'node:net'

export interface HostAndPort {
  readonly host: string
  readonly port?: number
}

const HOST_NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,251}[\p{L}\p{N}_.])?$/u

/**
 * Reads `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or a bare IPv6 address.
 * Anything else gives a `problem`: what is wrong with the text, without the text.
 */
export function parseHost(text: string): HostAndPort | { readonly problem: string } {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    return {
      problem: 'is a URL; give the host (and port) alone, and user, password and database in their own settings',
    }
  }
  if (isIPv6(text)) return { host: text }
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text)
  const plain = /^([^:]*)(?::([^:]*))?$/.exec(text)
  const host = bracketed?.[1] ?? plain?.[1]
  const port = bracketed === null ? plain?.[2] : bracketed[2]
  if (host === undefined) return { problem: 'has several colons but is no IPv6 address; write [address]:port' }
  if (bracketed !== null && !isIPv6(host)) return { problem: 'has no IPv6 address between its brackets' }
  if (bracketed === null && !HOST_NAME.test(host)) return { problem: 'is neither a host name nor an IP address' }
  if (port === undefined) return { host }
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0
  if (number < 1 || number > 65_535) return { problem: 'has a port that is not a whole number from 1 to 65535' }
  return { host, port: number }
}
