import type { ConnectionOptions } from 'mysql2'
import type { Endpoint } from './endpoint.ts'

/** What mysql2 must be told to reach an endpoint: address, user, password and TLS. Certificates are checked unless `verify` is false. */
export function driverOptionsOf({ host, port, user, password, tls }: Endpoint): ConnectionOptions {
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(tls === undefined
      ? {}
      : {
          ssl: {
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            ...(tls.cert === undefined ? {} : { cert: tls.cert }),
            ...(tls.key === undefined ? {} : { key: tls.key }),
            rejectUnauthorized: tls.verify ?? true,
          },
        }),
  }
}
