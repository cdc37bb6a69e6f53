import { readFileSync } from 'node:fs'
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import type { Endpoint } from '../../connections/endpoint.ts'
import { ConfigError } from '../../errors/config-error.ts'

/** @throws ConfigError `CONFIG_INVALID` when a certificate cannot be read */
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

function readCertificates(
  tls: NonNullable<ResolvedConfig['database']['tls']>,
  origin: ResolvedConfig['origin'],
): NonNullable<Endpoint['tls']> {
  const read = (name: 'ca' | 'cert' | 'key'): Partial<Record<'ca' | 'cert' | 'key', string>> => {
    const path = tls[name]
    if (path === undefined) return {}
    try {
      return { [name]: readFileSync(path, 'utf8') }
    } catch (error) {
      throw new ConfigError('CONFIG_INVALID', `${origin(`database.tls.${name}`)}: ${path} cannot be read.`, {
        cause: error,
        remedy: 'Give the path of a PEM file that this user may read.',
      })
    }
  }
  return {
    ...read('ca'),
    ...read('cert'),
    ...read('key'),
    ...(tls.verify === undefined ? {} : { verify: tls.verify }),
  }
}
