import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CircuitBreaker } from '../resilience/circuit-breaker.ts'
import { connectingRetry, transactionRetry } from '../resilience/retry-options.ts'
import { defaults } from './defaults.ts'
import { resolveConfig } from './resolve-config.ts'
import { definitionOf, optionName, settingKeys, type SettingKey } from './settings.ts'

let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tidb-every-'))
  for (const name of ['package.json', 'ca.pem', 'cert.pem', 'key.pem', 'schema.sql'])
    writeFileSync(join(root, name), '{}')
})

afterAll(() => rmSync(root, { recursive: true }))

/** For each setting a text that is not its default, and what becomes of it. */
const samples: Readonly<Record<SettingKey, readonly [text: string, value: unknown]>> = {
  'database.host': ['db.local', 'db.local'],
  'database.port': ['4321', 4321],
  'database.user': ['app', 'app'],
  'database.password': ['hush', '***'],
  'database.database': ['shop', 'shop'],
  'database.tls.enabled': ['true', true],
  'database.tls.ca': ['ca.pem', 'ca.pem'],
  'database.tls.cert': ['cert.pem', 'cert.pem'],
  'database.tls.key': ['key.pem', 'key.pem'],
  'database.tls.verify': ['false', false],
  'database.statusPort': ['10080', 10080],
  'database.poolSize': ['7', 7],
  'database.timeout': ['5s', 5_000],
  'backend.kind': ['container', 'container'],
  'backend.binary': ['tidb-server', 'tidb-server'],
  'backend.image': ['own/tidb:1', 'own/tidb:1'],
  'backend.version': ['v8.1.0', 'v8.1.0'],
  'backend.containerPer': ['worker', 'worker'],
  'backend.warmImage': ['false', false],
  'backend.startTimeout': ['90s', 90_000],
  'backend.cacheDirectory': ['cache', 'cache'],
  'backend.readyDatabases': ['20', 20],
  'backend.goBinary': ['go', 'go'],
  'backend.cluster.from': ['container', 'container'],
  'backend.cluster.tidb': ['3', 3],
  'backend.cluster.pd': ['3', 3],
  'backend.cluster.kv': ['2', 2],
  'backend.cluster.endpoints': ['one:4000, two:4001', '["one:4000","two:4001"]'],
  'backend.cluster.pdImage': ['own/pd:1', 'own/pd:1'],
  'backend.cluster.kvImage': ['own/tikv:1', 'own/tikv:1'],
  schema: ['schema.sql', 'schema.sql'],
  databaseMode: ['server', 'server'],
  timeZone: ['Asia/Tokyo', 'Asia/Tokyo'],
  'test.rows': ['25', 25],
  'test.timeout': ['2m', 120_000],
  'test.isolation': ['READ COMMITTED', 'read-committed'],
  'test.seed': ['42', 42],
  'test.keepDatabase': ['on-failure', 'on-failure'],
  'reference.kind': ['container', 'container'],
  'reference.url': ['mysql://app:hush@db.local:3307', '***'],
  'reference.host': ['db.local', 'db.local'],
  'reference.port': ['3307', 3307],
  'reference.user': ['app', 'app'],
  'reference.password': ['hush', '***'],
  'reference.binary': ['mysqld', 'mysqld'],
  'reference.image': ['own/mysql:1', 'own/mysql:1'],
  'retry.attempts': ['9', 9],
  'retry.firstDelay': ['0', 0],
  'retry.maxDelay': ['3s', 3_000],
  'retry.factor': ['1.5', 1.5],
  'retry.deadline': ['1m', 60_000],
  'breaker.failures': ['3', 3],
  'breaker.window': ['1m', 60_000],
  'breaker.halfOpenAfter': ['500ms', 500],
  'breaker.trials': ['2', 2],
  'logging.level': ['debug', 'debug'],
  'logging.format': ['json', 'json'],
  'logging.file': ['run.log', 'run.log'],
  'logging.console': ['true', true],
  'logging.maxSize': ['2MB', 2_000_000],
  'logging.maxFiles': ['9', 9],
  'report.enabled': ['false', false],
  'report.file': ['report.html', 'report.html'],
}

function entryOf(key: SettingKey, config: ReturnType<typeof resolveConfig>): unknown {
  const entry = config.entries().find((candidate) => candidate.key === key)
  const expected = samples[key][1]
  return definitionOf(key).path === true ? [entry?.value, join(root, String(expected))] : [entry?.value, expected]
}

function nested(key: string, value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = key.split('.')
  return { [first]: rest.length === 0 ? value : nested(rest.join('.'), value) }
}

describe.each(settingKeys)('%s', (key) => {
  const [text] = samples[key]
  const { variable } = definitionOf(key)

  test('comes from its variable, which no other setting has', () => {
    const [given, expected] = entryOf(key, resolveConfig({ cwd: root, env: { [variable]: text } })) as unknown[]
    expect(given).toEqual(expected)
    const named = (other: SettingKey): unknown[] => [definitionOf(other).variable, definitionOf(other).alsoVariable]
    expect(settingKeys.filter((other) => named(other).includes(variable))).toEqual([key])
  })

  test('comes from a JSON and from a TOML file', () => {
    for (const [name, written] of [
      ['one.json', JSON.stringify(nested(key, text))],
      ['one.toml', stringify(nested(key, text))],
    ] as const) {
      writeFileSync(join(root, name), written)
      const [given, expected] = entryOf(key, resolveConfig({ cwd: root, env: {}, file: name })) as unknown[]
      expect(given, name).toEqual(expected)
    }
  })

  test('comes from an option of tidb(), which beats the others though it is the default', () => {
    const [given, expected] = entryOf(
      key,
      resolveConfig({ cwd: root, env: {}, inline: nested(key, text) }),
    ) as unknown[]
    expect(given).toEqual(expected)
    const value = (defaults as Partial<Record<SettingKey, unknown>>)[key]
    if (value === undefined) return
    const config = resolveConfig({ cwd: root, env: { [variable]: text }, inline: nested(key, value) })
    expect(config.entries().find((entry) => entry.key === key)).toMatchObject({ value })
    expect(config.isExplicit(key)).toBe(true)
  })

  test('comes from its flag, if it has one', () => {
    const name = optionName(key)
    if (name === undefined) {
      expect(() => resolveConfig({ cwd: root, env: {}, commandLine: { [key]: text } })).toThrow('unknown option')
      return
    }
    const config = resolveConfig({ cwd: root, env: { [variable]: text }, commandLine: { [name]: text } })
    const [given, expected] = entryOf(key, config) as unknown[]
    expect(given).toEqual(expected)
    expect(config.origin(key)).toBe(`option --${name}`)
    expect(settingKeys.filter((other) => optionName(other) === name)).toEqual([key])
  })

  test('refuses what it does not allow, and says what it does', () => {
    const wrong = nested(key, { no: 'such value' })
    expect(() => resolveConfig({ cwd: root, env: {}, inline: wrong })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(key) }),
    )
  })
})

test('what the settings call the defaults of retries are those of the presets', () => {
  const unset = (key: SettingKey): string | undefined => definitionOf(key).unset
  const { attempts, firstDelay, maxDelay } = connectingRetry
  expect(unset('retry.attempts')).toBe(`${attempts} for connecting, ${transactionRetry.attempts} for transactions`)
  expect(unset('retry.firstDelay')).toBe(
    `${firstDelay} ms for connecting, ${transactionRetry.firstDelay} ms for transactions`,
  )
  expect(unset('retry.maxDelay')).toBe(
    `${maxDelay / 1_000} s for connecting, ${transactionRetry.maxDelay / 1_000} s for transactions`,
  )
  for (const preset of [connectingRetry, transactionRetry]) {
    expect(unset('retry.factor')).toBe(String(preset.factor))
    expect(unset('retry.deadline')).toBe(`${preset.deadline / 1_000} s`)
  }
})

test('the limits of a breaker that the settings allow, the breaker allows', () => {
  const { breaker } = resolveConfig({ cwd: root, env: {} })
  expect(new CircuitBreaker(breaker).status.circuit).toBe('closed')
})
