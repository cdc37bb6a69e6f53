import { join } from 'node:path'

/** Where the data is: in the server itself, or in stores that it finds through PD. */
export type StorageKind = 'unistore' | 'tikv'

export interface ServerPlace {
  /** Default `unistore`. */
  readonly storage?: StorageKind | undefined
  /** Absolute: TiDB parses a relative path as a URL and drops its first part. For `tikv`: PD's addresses, `127.0.0.1:2379,…`. */
  readonly dataDirectory: string
  /** Configuration, logs and temporary files of this server. */
  readonly folder: string
  readonly port: number
  readonly statusPort: number
}

export function configFileOf(folder: string): string {
  return join(folder, 'tidb.toml')
}

export function logFileOf(folder: string): string {
  return join(folder, 'tidb.log')
}

/** What Go itself writes (a panic, an unknown flag) goes here, not to the log. */
export function outputFileOf(folder: string): string {
  return join(folder, 'output.log')
}

/** The schema lease stays as it is: it is how servers know of each other's changes. A table is not to wait for a region. */
const SHARED_STORAGE = ['split-table = false']

/** Only waiting times are changed; all that a test may want to test is as TiDB's defaults have it. */
export function serverConfig(folder: string, storage: StorageKind = 'unistore'): string {
  return [
    // Without leases, a schema change is not held back for sessions of other servers: there are none.
    ...(storage === 'unistore' ? ['lease = "0"'] : SHARED_STORAGE),
    `tmp-storage-path = ${JSON.stringify(join(folder, 'tmp-storage'))}`,
    '[performance]',
    'stats-lease = "0"',
    '',
  ].join('\n')
}

export function serverArguments(place: ServerPlace): string[] {
  return [
    // The first argument names the run folder: a sweep finds servers by it.
    ['-config', configFileOf(place.folder)],
    ['-store', place.storage ?? 'unistore'],
    ['-path', place.dataDirectory],
    ['-host', '127.0.0.1'],
    ['-P', String(place.port)],
    ['-status-host', '127.0.0.1'],
    ['-status', String(place.statusPort)],
    ['-socket', ''],
    ['-L', 'error'],
    ['-log-file', logFileOf(place.folder)],
    ['-log-slow-query', join(place.folder, 'slow.log')],
    ['-temp-dir', join(place.folder, 'tmp')],
  ].flat()
}

/**
 * The server's whole environment, so that a run depends on nothing a shell happens to export. The time zone is
 * fixed because the first start writes it into the database, and that one is shared by all who use the template.
 */
export function serverEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'ZONEINFO', 'GOTRACEBACK']
  const entries = kept.map((name) => [name, environment[name]]).filter(([, value]) => value !== undefined)
  return { ...(Object.fromEntries(entries) as Record<string, string>), TZ: 'UTC' }
}
