import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../errors/config-error.ts'
import { resolveConfig, type ConfigSources } from './resolve-config.ts'
import type { ResolvedConfig } from './resolved-config.ts'
import type { TidbOptions } from './tidb-options.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidb-config-'))
  write('package.json', '{}')
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(name: string, text: string): string {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function resolved(sources: Partial<ConfigSources> = {}): ResolvedConfig {
  return resolveConfig({ cwd: root, env: {}, ...sources })
}

function errorOf(sources: Partial<ConfigSources> = {}): ConfigError {
  try {
    resolved(sources)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('no ConfigError was thrown')
}

describe('layers', () => {
  test('without any source there are the defaults, and nothing counts as set by somebody', () => {
    const config = resolved()
    expect(config.database).toEqual({ host: '127.0.0.1', port: 4000, user: 'root', poolSize: 5, timeout: 30_000 })
    expect(config).toMatchObject({ databaseMode: 'database', timeZone: 'UTC', test: { keepDatabase: 'never' } })
    expect(config.backend).toEqual({ kind: 'auto', cluster: {} })
    expect(config.origin('database.port')).toBe('default')
    expect(config.origin('database.password')).toBe('not set')
    expect(config.isExplicit('database.port')).toBe(false)
  })

  test('each layer beats the one before it, and every value knows where it came from', () => {
    const sources: ConfigSources[] = [{ cwd: root, env: {} }]
    const port = (): [number, string] => {
      const config = resolved(sources.at(-1))
      return [config.database.port, config.origin('database.port')]
    }
    expect(port()).toEqual([4000, 'default'])
    write('tidb-test.config.toml', '\n[database]\nport = 4001\n')
    expect(port()).toEqual([4001, 'file tidb-test.config.toml line 3'])
    sources.push({ ...sources[0]!, env: { TIDB_PORT: '4002' } })
    expect(port()).toEqual([4002, 'environment variable TIDB_PORT'])
    sources.push({ ...sources[1]!, commandLine: { port: '4003' } })
    expect(port()).toEqual([4003, 'option --port'])
    sources.push({ ...sources[2]!, inline: { database: { port: 4004 } } })
    expect(port()).toEqual([4004, 'option database.port of tidb()'])
  })

  test('a value that somebody gave beats a weaker one even when it equals the default', () => {
    write('tidb-test.config.json', '{ "database": { "port": 4001 } }')
    const config = resolved({ env: { TIDB_PORT: '4000' } })
    expect(config.database.port).toBe(4000)
    expect(config.isExplicit('database.port')).toBe(true)
  })

  test('an empty variable is not set, but an empty password is a password', () => {
    const config = resolved({ env: { TIDB_USER: '', TIDB_PASSWORD: '' } })
    expect(config.database.user).toBe('root')
    expect(config.database.password?.reveal()).toBe('')
  })

  test('two variables of one setting may agree, but not differ', () => {
    expect(resolved({ env: { TIDB_USERNAME: 'app' } }).database.user).toBe('app')
    expect(resolved({ env: { TIDB_USER: 'app', TIDB_USERNAME: 'app' } }).database.user).toBe('app')
    expect(errorOf({ env: { TIDB_USER: 'app', TIDB_USERNAME: 'root' } }).message).toContain('given twice: app')
  })

  test('TIDB_VERBOSE is the level debug, unless TIDB_LOG_LEVEL or a stronger layer names one', () => {
    const level = (sources: Partial<ConfigSources>): string => resolved(sources).logging.level
    expect(level({ env: { TIDB_VERBOSE: 'true' } })).toBe('debug')
    expect(level({ env: { TIDB_VERBOSE: 'false' } })).toBe('info')
    expect(level({ env: { TIDB_VERBOSE: '1', TIDB_LOG_LEVEL: 'warn' } })).toBe('warn')
    expect(level({ env: { TIDB_VERBOSE: '1' }, commandLine: { 'log-level': 'error' } })).toBe('error')
  })

  test('the log goes to the console when a level is given and no file, or when somebody says so', () => {
    const shown = (env: Record<string, string>): boolean => resolved({ env }).logging.console
    expect(shown({})).toBe(false)
    expect(shown({ TIDB_LOG_LEVEL: 'info' })).toBe(true)
    expect(shown({ TIDB_LOG_LEVEL: 'info', TIDB_LOG_FILE: 'run.log' })).toBe(false)
    expect(shown({ TIDB_LOG_FILE: 'run.log', TIDB_LOG_CONSOLE: 'true' })).toBe(true)
    expect(shown({ TIDB_LOG_LEVEL: 'debug', TIDB_LOG_CONSOLE: 'false' })).toBe(false)
  })

  test('options of the plugin take a backend by its name and undefined for not set', () => {
    const config = resolved({ inline: { backend: 'embedded', timeZone: undefined } as unknown as TidbOptions })
    expect(config.backend.kind).toBe('embedded')
    expect(config.origin('backend.kind')).toBe('option backend of tidb()')
    expect(config.timeZone).toBe('UTC')
  })
})

describe('values', () => {
  test('a host may bring its port, which an own setting of a stronger layer beats', () => {
    expect(resolved({ env: { TIDB_HOST: '[::1]:4001' } }).database).toMatchObject({ host: '::1', port: 4001 })
    const config = resolved({ env: { TIDB_HOST: 'db:4001' }, commandLine: { port: '4002' } })
    expect(config.database).toMatchObject({ host: 'db', port: 4002 })
  })

  test('two different ports from the same layer are an error', () => {
    expect(errorOf({ env: { TIDB_HOST: 'db:4001', TIDB_PORT: '4002' } }).message).toContain('given twice: 4001')
    expect(resolved({ env: { TIDB_HOST: 'db:4001', TIDB_PORT: '4001' } }).database.port).toBe(4001)
  })

  test('durations, switches and numbers may be texts', () => {
    write('tidb-test.config.json', '{ "database": { "timeout": "1.5s", "tls": true } }')
    const config = resolved({ env: { TIDB_KEEP_DATABASE: '1' } })
    expect(config.database).toMatchObject({ timeout: 1_500, tls: {} })
    expect(config.test.keepDatabase).toBe('on-failure')
  })

  test('TLS is used when anything of it is set, unless it is switched off', () => {
    write('tidb-test.config.toml', '[database.tls]\nca = "ca.pem"\n')
    const ca = write('ca.pem', 'a certificate')
    expect(resolved().database.tls).toEqual({ ca })
    expect(resolved({ env: { TIDB_TLS: 'false' } }).database.tls).toBeUndefined()
  })

  test('relative paths start where they were written', () => {
    const [inFile, inCwd] = [write('config/schema.sql', ''), write('app/schema.sql', '')]
    const file = write('config/my.toml', 'schema = "schema.sql"')
    expect(resolved({ file }).schema).toBe(inFile)
    expect(resolved({ cwd: join(root, 'app'), env: { TIDB_SCHEMA: 'schema.sql' } }).schema).toBe(inCwd)
    expect(resolved({ env: { TIDB_BINARY: '~/bin/tidb-server' } }).backend.binary).toBe(
      join(homedir(), 'bin/tidb-server'),
    )
  })

  test('the password is shown nowhere', () => {
    const config = resolved({ env: { TIDB_PASSWORD: 'hush-hush' } })
    expect(config.database.password?.reveal()).toBe('hush-hush')
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config) + JSON.stringify(config.entries())).not.toContain(
      'hush',
    )
    expect(config.entries()).toContainEqual({
      key: 'database.password',
      value: '***',
      origin: 'environment variable TIDB_PASSWORD',
    })
  })
})

describe('the backend', () => {
  test('a configured host makes it external, a configured binary makes it binary', () => {
    const config = resolved({ env: { TIDB_HOST: 'db' } })
    expect(config.backend.kind).toBe('external')
    expect(config.origin('backend.kind')).toBe('follows from database.host, environment variable TIDB_HOST')
    expect(resolved({ env: { TIDB_BINARY: '/bin/tidb-server' } }).backend.kind).toBe('binary')
    expect(resolved({ env: { TIDB_HOST: 'db', TIDB_BINARY: '/b' } }).backend.kind).toBe('external')
  })

  test('a backend named in the same or a stronger layer stays, one named in a weaker layer does not', () => {
    write('tidb-test.config.toml', 'backend = "container"')
    expect(resolved({ env: { TIDB_HOST: 'db' } }).backend.kind).toBe('external')
    expect(resolved({ env: { TIDB_HOST: 'db', TIDB_BACKEND: 'embedded' } }).backend.kind).toBe('embedded')
    expect(resolved({ env: { TIDB_HOST: 'db' }, inline: { backend: 'binary' } }).backend.kind).toBe('binary')
    expect(resolved({ env: { TIDB_HOST: 'db' }, inline: { backend: 'auto' } }).backend.kind).toBe('external')
  })

  test('the strongest layer decides between a host and a binary', () => {
    write('tidb-test.config.toml', 'backend = "external"\ndatabase.host = "db"')
    expect(resolved({ env: { TIDB_BINARY: '/bin/tidb-server' } }).backend.kind).toBe('binary')
    expect(resolved({ env: { TIDB_BINARY: '/b' }, commandLine: { host: 'other' } }).backend.kind).toBe('external')
  })
})

describe('configuration files', () => {
  test('are found upward to the package root and no further', () => {
    const path = write('tidb-test.config.json', '{ "timeZone": "Asia/Tokyo" }')
    mkdirSync(join(root, 'src/deep'), { recursive: true })
    const below = resolved({ cwd: join(root, 'src/deep') })
    expect(below.file).toBe(path)
    expect(below.origin('timeZone')).toBe(`file ${join('..', '..', 'tidb-test.config.json')} line 1`)
    write('packages/one/package.json', '{}')
    expect(resolved({ cwd: join(root, 'packages/one') }).file).toBeUndefined()
  })

  test('may be named by option, and less strongly by TIDB_TEST_CONFIG', () => {
    write('one.json', '{ "timeZone": "Asia/Tokyo" }')
    write('two.toml', 'timeZone = "+08:00"')
    expect(resolved({ env: { TIDB_TEST_CONFIG: 'one.json' } }).timeZone).toBe('Asia/Tokyo')
    expect(resolved({ env: { TIDB_TEST_CONFIG: 'one.json' }, file: 'two.toml' }).timeZone).toBe('+08:00')
  })

  test('that are named but missing are an error that says who named them', () => {
    const error = errorOf({ env: { TIDB_TEST_CONFIG: 'none.json' } })
    expect(error.code).toBe('CONFIG_FILE_MISSING')
    expect(error.message).toContain('none.json')
    expect(error.remedy).toContain('TIDB_TEST_CONFIG')
  })

  test('in both formats side by side are an error', () => {
    write('tidb-test.config.json', '{}')
    write('tidb-test.config.toml', '')
    expect(errorOf().code).toBe('CONFIG_FILE_AMBIGUOUS')
  })

  test.for([
    ['tidb-test.config.json', '{\n  "database": {,}\n}', 'line 2, column 16'],
    ['tidb-test.config.toml', 'timeZone = "UTC"\n[database\n', 'line 2'],
  ] as const)('that cannot be parsed name file, line and column: %s', ([name, text, place]) => {
    write(name, text)
    const error = errorOf()
    expect(error.code).toBe('CONFIG_FILE_UNREADABLE')
    expect(error.message).toContain(`${name} cannot be parsed: ${place}`)
  })

  test('of another format are refused', () => {
    expect(errorOf({ file: write('tidb.yaml', 'a: 1') }).message).toContain('neither .json, .toml nor .ts')
  })
})

describe('mistakes', () => {
  test.for([
    ['[database]\nhots = "x"', 'line 2: unknown setting database.hots', 'database.host'],
    ['host = "x"', 'line 1: unknown setting host', 'database.host'],
    ['[database]\n[database.pool]\nsize = 3', 'line 2: unknown setting database.pool', 'port'],
    ['database = "db"', 'line 1: database is not a group', 'host, port'],
    ['__proto__ = 1', 'line 1: unknown setting __proto__', 'databaseMode'],
    ['[database]\nport = 0', 'line 2: database.port 0 is not allowed', '1 to 65535'],
    ['[database]\nport = [1]', 'line 2: database.port (a list) is not allowed', '1 to 65535'],
    ['[database]\ntimeout = "soon"', 'line 2: database.timeout "soon" is not allowed', "'30s'"],
    ['backend = "docker"', 'line 1: backend.kind "docker" is not allowed', 'container or cluster'],
    ['timeZone = "Mars/Base"', 'line 1: timeZone "Mars/Base" is not allowed', 'Asia/Shanghai'],
    ['schema = "none.sql"', 'line 1: schema names', 'Correct the path'],
  ])('%j is refused with file, line, key and what to do', ([text = '', what = '', remedy = '']) => {
    write('tidb-test.config.toml', text)
    const error = errorOf()
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toContain(`file tidb-test.config.toml ${what}`)
    expect(error.remedy).toContain(remedy)
  })

  test('all of them are reported at once, from every layer, overridden ones too', () => {
    write('tidb-test.config.toml', '[database]\nport = 99999\nhots = "x"')
    const error = errorOf({
      env: { TIDB_PORT: 'many' },
      commandLine: { backend: 'docker' },
      inline: { databaseMode: 'none' as 'server' },
    })
    expect(error.message).toContain('5 settings are wrong')
    for (const place of ['line 2', 'line 3', 'variable TIDB_PORT', '--backend', 'databaseMode of tidb()']) {
      expect(error.message).toContain(place)
    }
  })

  test('a misspelt option of the command line gets the right name', () => {
    expect(errorOf({ commandLine: { hots: 'x' } }).message).toContain('Did you mean --host?')
  })

  test('a wrong value that holds a password does not show it', () => {
    const error = errorOf({ env: { TIDB_HOST: `mysql://root:hush@db:4000/${'x'.repeat(200)}` } })
    expect(error.message).toContain('is a URL')
    expect(error.message).not.toContain('hush')
    write('tidb-test.config.toml', '[database]\npassword = 271828')
    expect(errorOf().message).toContain('database.password is not allowed')
    expect(errorOf().message).not.toContain('271828')
  })

  test('a variable that looks misspelt gives a warning, one of another program does not', () => {
    const config = resolved({ env: { TIDB_PASWORD: 'x', TIDB_ENTERPRISE_LICENCE: 'y', TIDB_USER: 'app' } })
    expect(config.warnings).toEqual(['The environment variable TIDB_PASWORD is not read. Did you mean TIDB_PASSWORD?'])
  })
})
