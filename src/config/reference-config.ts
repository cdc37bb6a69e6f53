import { Secret } from '../logging/secret.ts'
import type { ReferenceConfig } from './resolved-config.ts'
import type { SettingValues } from './settings.ts'

/** Whoever names a host, a URL or a binary wants it used. */
export function referenceOf(values: SettingValues & Required<Pick<SettingValues, KeysWithDefault>>): ReferenceConfig {
  const { 'reference.url': url, 'reference.host': host, 'reference.binary': binary } = values
  const password = values['reference.password']
  const kind = values['reference.kind']
  const implied = url !== undefined || host !== undefined ? 'external' : binary === undefined ? 'auto' : 'binary'
  return {
    kind: kind === 'auto' ? implied : kind,
    endpoint:
      url === undefined
        ? {
            host: host ?? '127.0.0.1',
            port: values['reference.port'],
            user: values['reference.user'],
            ...(password === undefined ? {} : { password }),
          }
        : endpointOf(new URL(url.reveal())),
    image: values['reference.image'],
    ...(binary === undefined ? {} : { binary }),
  }
}

type KeysWithDefault = 'reference.kind' | 'reference.port' | 'reference.user' | 'reference.image'

function endpointOf({ hostname, port, username, password }: URL): ReferenceConfig['endpoint'] {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 3306 : Number(port),
    user: username === '' ? 'root' : decodeURIComponent(username),
    ...(password === '' ? {} : { password: new Secret(decodeURIComponent(password)) }),
  }
}
