import { connect, isIP, type Socket } from 'node:net'
import type { ConnectionOptions } from 'mysql2'
import type { Endpoint } from './endpoint.ts'

/**
 * What mysql2 must be told to reach an endpoint: address, user, password and TLS. The server's certificate must come from
 * an authority that is trusted and be for the host, unless `verify` is false.
 */
export function driverOptionsOf({ host, port, user, password, tls }: Endpoint): ConnectionOptions {
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(tls === undefined ? {} : tlsOptions(host, port, tls)),
  }
}

function tlsOptions(host: string, port: number, tls: NonNullable<Endpoint['tls']>): ConnectionOptions {
  const { ca, cert, key, verify = true, host: named = host } = tls
  const elsewhere = named !== host
  return {
    // mysql2 names this one to the server, and compares it with the certificate.
    ...(elsewhere ? { host: named } : {}),
    ssl: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      rejectUnauthorized: verify,
      // Without it mysql2 takes the certificate of any host.
      verifyIdentity: verify,
    },
    ...(elsewhere || (verify && isIP(named) !== 0) ? { stream: () => socketTo(host, port, named) } : {}),
  }
}

/**
 * A socket that knows whose certificate is expected. mysql2 names the host for TLS only when it is a name; for an address Node would look
 * into the socket, find nothing there, and ask whether the certificate is for `localhost`.
 */
function socketTo(host: string, port: number, named: string): Socket {
  const socket = connect(port, host)
  socket.setNoDelay(true)
  socket.once('connect', () => socket.setKeepAlive(true, 0))
  return Object.assign(socket, { _host: named })
}
