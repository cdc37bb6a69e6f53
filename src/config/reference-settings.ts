import { z } from 'zod'
import { Secret } from '../logging/secret.ts'
import { parseHost } from './host.ts'
import type { SettingDefinition } from './setting-definition.ts'
import { password, path, port, text } from './setting-schemas.ts'

/** The MySQL-compatible server that TiDB is compared with. */
export const referenceSettings = {
  'reference.kind': {
    schema: z.enum(['auto', 'external', 'binary', 'container', 'none']),
    allowed: 'auto, external, binary, container or none',
    variable: 'TIDB_REFERENCE',
    about:
      'what provides the server that TiDB is compared with: auto, external, binary, container, or none, which skips comparisons',
  },
  'reference.url': {
    schema: z
      .string()
      .trim()
      .refine(isMysqlUrl)
      .transform((value) => new Secret(value)),
    allowed: 'a URL, such as mysql://user:password@host:3306',
    variable: 'TIDB_REFERENCE_URL',
    about: 'its URL, `mysql://user:password@host:3306`, in place of the next four',
    secret: true,
  },
  'reference.host': {
    schema: text.refine((value) => {
      const parsed = parseHost(value)
      return !('problem' in parsed) && parsed.port === undefined
    }),
    allowed: 'a host name or an IP address',
    variable: 'TIDB_REFERENCE_HOST',
    about: 'its host; without it one is started',
  },
  'reference.port': { ...port, variable: 'TIDB_REFERENCE_PORT', about: 'its port' },
  'reference.user': {
    schema: text,
    allowed: 'a user name',
    variable: 'TIDB_REFERENCE_USER',
    about: 'user who logs in there, and may create and drop databases `vitest_tidb_reference_…`',
  },
  'reference.password': {
    schema: password,
    allowed: 'a text in quotes',
    variable: 'TIDB_REFERENCE_PASSWORD',
    about: 'password of that user',
    secret: true,
  },
  'reference.binary': {
    ...path,
    variable: 'TIDB_REFERENCE_BINARY',
    about: 'mariadbd or mysqld to start',
    unset: '`mariadbd` or `mysqld` on PATH or in /usr/sbin',
  },
  'reference.image': {
    schema: text.regex(/^[^\s]+$/),
    allowed: 'the name of an image, such as mysql:8.4',
    variable: 'TIDB_REFERENCE_IMAGE',
    about: 'image of its container',
  },
} satisfies Record<string, SettingDefinition>

function isMysqlUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { protocol, hostname, pathname } = new URL(value)
  return ['mysql:', 'mariadb:'].includes(protocol) && hostname !== '' && ['', '/'].includes(pathname)
}
