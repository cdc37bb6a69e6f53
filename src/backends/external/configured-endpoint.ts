import { readFileSync } from 'node:fs'
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import type { Endpoint } from '../../connections/endpoint.ts'
import { ConfigError } from '../../errors/config-error.ts'

/** @throws ConfigError `CONFIG_INVALID` when a certificate cannot be read, is none, or has no key */
export function configuredEndpoint(config: Pick<ResolvedConfig, 'database' | 'origin'>): Endpoint {
  const { host, port, user, password, statusPort, tls } = config.database
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password }),
    ...(statusPort === undefined ? {} : { statusPort }),
    ...(tls === undefined ? {} : { tls: readCertificates(tls, config.origin) }),
  }
}

type PemSetting = 'ca' | 'cert' | 'key'

function readCertificates(
  tls: NonNullable<ResolvedConfig['database']['tls']>,
  origin: ResolvedConfig['origin'],
): NonNullable<Endpoint['tls']> {
  const invalid = (name: PemSetting, problem: string, remedy: string): ConfigError =>
    new ConfigError('CONFIG_INVALID', `${origin(`database.tls.${name}`)}: ${tls[name]} ${problem}`, { remedy })
  const read = (name: PemSetting): Partial<Record<PemSetting, string>> => {
    const path = tls[name]
    if (path === undefined) return {}
    const text = readText(name, path)
    if (name !== 'key' && !text.includes('BEGIN CERTIFICATE')) {
      throw invalid(name, 'holds no certificate.', 'Give a PEM file: it has a line -----BEGIN CERTIFICATE-----.')
    }
    if (name === 'key' && !text.includes('PRIVATE KEY')) {
      throw invalid(name, 'holds no private key.', 'Give a PEM file: it has a line -----BEGIN PRIVATE KEY-----.')
    }
    if (name === 'key' && text.includes('ENCRYPTED')) {
      throw invalid(
        name,
        'is encrypted.',
        'Nobody is asked for its passphrase. Decrypt it: openssl pkey -in KEY -out FILE',
      )
    }
    return { [name]: text }
  }
  const readText = (name: PemSetting, path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      throw new ConfigError('CONFIG_INVALID', `${origin(`database.tls.${name}`)}: ${path} cannot be read.`, {
        cause: error,
        remedy: 'Give the path of a PEM file that this user may read.',
      })
    }
  }
  if (tls.cert !== undefined && tls.key === undefined) {
    throw invalid('cert', 'has no key.', 'Name the file of its key too: database.tls.key (TIDB_TLS_KEY).')
  }
  if (tls.key !== undefined && tls.cert === undefined) {
    throw invalid(
      'key',
      'has no certificate.',
      'Name the file of the certificate too: database.tls.cert (TIDB_TLS_CERT).',
    )
  }
  return {
    ...read('ca'),
    ...read('cert'),
    ...read('key'),
    ...(tls.verify === undefined ? {} : { verify: tls.verify }),
  }
}
