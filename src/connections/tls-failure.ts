import type { QueryError } from 'mysql2'
import { messageOf } from '../errors/tidb-test-error.ts'
import { addressOf, type Endpoint } from './endpoint.ts'

export interface Explanation {
  readonly code: string
  readonly remedy: string
}

const UNVERIFIED = 'TIDB_TLS_VERIFY=false accepts any certificate, and with it whoever stands in between.'

/** What went wrong with TLS; undefined when it was something else. mysql2 leaves little more than the message. */
export function explainTls(error: QueryError, endpoint: Endpoint): Explanation | undefined {
  const host = endpoint.tls?.host ?? endpoint.host
  const message = messageOf(error)
  if (error.code === 'HANDSHAKE_NO_SSL_SUPPORT') {
    return {
      code: 'CONNECT_NO_TLS',
      remedy: `${addressOf(endpoint)} does not offer TLS: give it a certificate (TiDB's ssl-cert and ssl-key), or leave database.tls out.`,
    }
  }
  if (/does not match certificate's altnames/i.test(message)) {
    return {
      code: 'CONNECT_TLS_HOST',
      remedy: `The certificate is for other hosts than ${host}: connect by a name that is in it, or have one made for ${host}.\n${UNVERIFIED}`,
    }
  }
  if (/certificate has expired|certificate is not yet valid/i.test(message)) {
    return {
      code: 'CONNECT_TLS_EXPIRED',
      remedy: `Renew the server's certificate, or set the clock right.\n${UNVERIFIED}`,
    }
  }
  if (/key values mismatch/i.test(message)) {
    return {
      code: 'CONNECT_TLS_CLIENT_CERTIFICATE',
      remedy: 'The client certificate and its key do not belong together (TIDB_TLS_CERT, TIDB_TLS_KEY).',
    }
  }
  if (/verify the first certificate|self[- ]signed|issuer certificate/i.test(message)) {
    return {
      code: 'CONNECT_TLS_UNTRUSTED',
      remedy: `Name the PEM file of the authority that signed the server's certificate (TIDB_TLS_CA).\n${UNVERIFIED}`,
    }
  }
  if (/alert (?:bad|unsupported|unknown|certificate|handshake)|certificate required/i.test(message)) {
    return {
      code: 'CONNECT_TLS_CLIENT_CERTIFICATE',
      remedy: 'The server refuses the client certificate, or wants one (TIDB_TLS_CERT, TIDB_TLS_KEY).',
    }
  }
  if (error.code !== 'HANDSHAKE_SSL_ERROR') return undefined
  return { code: 'CONNECT_TLS', remedy: 'Check the settings below database.tls, and the server’s TLS versions.' }
}
