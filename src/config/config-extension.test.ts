import { tmpdir } from 'node:os'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { catalogOf } from './catalog.ts'
import { defineConfigExtension } from './config-extension.ts'
import { connectionsExtension } from './connections-extension.ts'
import { isolationExtension } from './isolation-extension.ts'
import { jobsExtension } from './jobs-extension.ts'
import { resolveConfig, type ConfigSources } from './resolve-config.ts'

const shop = defineConfigExtension({
  name: 'webShop',
  schema: z.object({
    carts: z.int().min(1).default(3).describe('carts that are filled'),
    pause: z
      .string()
      .regex(/^\d+ms$/)
      .transform((text) => Number(text.replace('ms', '')))
      .optional(),
    currency: z.enum(['EUR', 'USD']).default('EUR'),
    dryRun: z.boolean().default(false),
    tags: z.array(z.string()).default([]),
  }),
  options: { carts: 'carts <n>', dryRun: { flag: 'dry-run', about: 'change nothing' } },
  env: { carts: 'SHOP_CARTS' },
})

function resolved(sources: Partial<ConfigSources> = {}) {
  return resolveConfig({ cwd: tmpdir(), env: {}, extensions: [shop], ...sources })
}

describe('a section of an extension', () => {
  test('is typed, and has the defaults of its schema', () => {
    const section = resolved().extension(shop)
    expectTypeOf(section.carts).toEqualTypeOf<number>()
    expectTypeOf(section.pause).toEqualTypeOf<number | undefined>()
    expectTypeOf(section.currency).toEqualTypeOf<'EUR' | 'USD'>()
    expect(section).toEqual({ carts: 3, currency: 'EUR', dryRun: false, tags: [] })
  })

  test('comes from options, flags and variables, the named and the derived, in the usual order', () => {
    const env = { SHOP_CARTS: '4', TIDB_WEB_SHOP_PAUSE: '20ms', TIDB_WEB_SHOP_DRY_RUN: 'yes' }
    expect(resolved({ env }).extension(shop)).toMatchObject({ carts: 4, pause: 20, dryRun: true })
    const commandLine = { carts: '5', 'dry-run': true }
    const config = resolved({ env, commandLine })
    expect(config.extension(shop)).toMatchObject({ carts: 5, dryRun: true })
    expect(config.origin('webShop.carts')).toBe('option --carts')
    const inline = { test: {}, webShop: { carts: 3, tags: ['a'] } }
    expect(resolved({ env, commandLine, inline }).extension(shop)).toMatchObject({ carts: 3, tags: ['a'] })
  })

  test('is shown with the rest, with where it came from', () => {
    const config = resolved({ env: { SHOP_CARTS: '4' } })
    expect(config.entries()).toContainEqual({
      key: 'webShop.carts',
      value: 4,
      origin: 'environment variable SHOP_CARTS',
    })
  })

  test.for([
    [{ webShop: { cart: 1 } }, 'unknown setting webShop.cart', 'Did you mean webShop.carts?'],
    [{ webShop: { carts: 0 } }, 'webShop.carts 0', 'Its schema says'],
    [{ webShop: 3 }, 'webShop is not a group', 'carts'],
    [{ webShop: { currency: 'GBP' } }, 'webShop.currency "GBP"', 'EUR'],
  ] as const)('refuses what its schema refuses: %j', ([inline, what, remedy]) => {
    expect(() => resolved({ inline: inline as object })).toThrow(what)
    expect(() => resolved({ inline: inline as object })).toThrow(remedy)
  })

  test('names a key that must be given and is not', () => {
    const needy = defineConfigExtension({ name: 'needy', schema: z.object({ token: z.string() }) })
    expect(() => resolved({ extensions: [needy] })).toThrow('section needy: needy.token')
    expect(resolved({ extensions: [needy], env: { TIDB_NEEDY_TOKEN: 't' } }).extension(needy)).toEqual({ token: 't' })
  })

  test('that nothing has registered is an error', () => {
    expect(() => resolved({ extensions: [] }).extension(shop)).toThrow("'webShop' is not registered")
  })

  test('has its help from descriptions and options', () => {
    const catalog = catalogOf([shop])
    expect(catalog.definition('webShop.carts')).toMatchObject({ option: 'carts <n>', about: 'carts that are filled' })
    expect(catalog.definition('webShop.dryRun')).toMatchObject({ option: 'dry-run', about: 'change nothing' })
  })

  test('may be of another library that has a shape of Standard Schemas', () => {
    const positive = {
      '~standard': {
        validate: (value: unknown) =>
          typeof value === 'number' && value > 0 ? { value } : { issues: [{ message: 'must be positive' }] },
      },
    }
    const other = defineConfigExtension({
      name: 'other',
      schema: {
        shape: { size: positive },
        '~standard': { validate: (value: unknown) => ({ value: value as { size?: number } }) },
      },
    })
    expect(resolved({ extensions: [other], env: { TIDB_OTHER_SIZE: '2' } }).extension(other)).toEqual({ size: 2 })
    expect(() => resolved({ extensions: [other], env: { TIDB_OTHER_SIZE: '-2' } })).toThrow('must be positive')
  })
})

describe('an extension', () => {
  const schema = z.object({ rows: z.number().default(1) })

  test.for([
    ['database', {}, 'section database'],
    ['jobs', {}, 'section jobs'],
    ['own', { options: { rows: 'rows <n>' } }, 'flag --rows'],
    ['own', { env: { rows: 'TIDB_HOST' } }, 'variable TIDB_HOST'],
  ] as const)('named %s can not take what the toolkit has: %j', ([name, more, claim]) => {
    const clashing = defineConfigExtension({ name, schema, ...more })
    expect(() => catalogOf([clashing])).toThrow(
      expect.objectContaining({ code: 'CONFIG_EXTENSION', message: expect.stringContaining(claim) }),
    )
  })

  test('can not take what another has, but may be named twice, even when it was loaded twice', () => {
    const first = defineConfigExtension({ name: 'first', schema, options: { rows: 'own-rows <n>' } })
    const second = defineConfigExtension({ name: 'second', schema, options: { rows: 'own-rows <n>' } })
    expect(() => catalogOf([first, second])).toThrow('flag --own-rows')
    const again = defineConfigExtension({ name: 'first', schema, options: { rows: 'own-rows <n>' } })
    expect(catalogOf([first, again, first]).keys.filter((key) => key === 'first.rows')).toHaveLength(1)
  })

  test.for([
    [{ name: 'My Tool', schema }, 'not in camelCase'],
    [{ name: 'own', schema: z.object({}) }, 'has no keys'],
    [{ name: 'own', schema, options: { row: 'row' } }, "for 'row'"],
    [{ name: 'own', schema, options: { rows: '--rows' } }, "the flag '--rows'"],
    [{ name: 'own', schema, env: { rows: 'own-rows' } }, "the variable 'own-rows'"],
  ] as const)('with a name that can not be is refused: %#', ([definition, message]) => {
    expect(() => defineConfigExtension(definition as never)).toThrow(message)
  })
})

test('what jobs watches is a section like those of plugins', () => {
  const config = resolveConfig({ cwd: tmpdir(), env: { TIDB_MONITOR_DURATION: '90s' }, commandLine: { details: true } })
  expect(config.extension(jobsExtension)).toEqual({ duration: 90_000, interval: 2_000, details: true })
})

describe('what holds for connections', () => {
  const read = (sources: Partial<ConfigSources>) => {
    const config = resolveConfig({ cwd: tmpdir(), env: {}, ...sources })
    return { ...config.extension(connectionsExtension), jobs: config.extension(jobsExtension).duration }
  }
  const defaults = { count: 2, maxConnections: 100, timeout: 30_000, duration: 0, interval: 1_000, jobs: undefined }

  test('comes from variables, flags and options of tidb()', () => {
    expect(read({})).toEqual(defaults)
    const env = {
      TIDB_CONNECTIONS_COUNT: '3',
      TIDB_CONNECTIONS_MAX_CONNECTIONS: '4',
      TIDB_CONNECTIONS_TIMEOUT: '5s',
      TIDB_CONNECTIONS_DURATION: '6s',
      TIDB_CONNECTIONS_INTERVAL: '7ms',
    }
    const given = { count: 3, maxConnections: 4, timeout: 5_000, duration: 6_000, interval: 7, jobs: undefined }
    expect(read({ env })).toEqual(given)
    const commandLine = { count: '8', 'max-connections': '9', timeout: '10s' }
    expect(read({ env, commandLine })).toEqual({ ...given, count: 8, maxConnections: 9, timeout: 10_000 })
    expect(read({ env, inline: { connections: { count: 11, timeout: '1m' } } })).toMatchObject({
      count: 11,
      timeout: 60_000,
    })
  })

  test('shares flags with jobs, and the command tells whose they are', () => {
    const commandLine = { duration: '1s' }
    expect(read({ command: 'connections', commandLine })).toEqual({ ...defaults, duration: 1_000 })
    expect(read({ command: 'jobs', commandLine })).toEqual({ ...defaults, jobs: 1_000 })
  })

  test.for([
    ['count', '0'],
    ['max-connections', 'many'],
    ['timeout', '0'],
    ['duration', '25h'],
    ['interval', '0'],
  ])('refuses --%s %s', ([flag, value]) => {
    expect(() => read({ command: 'connections', commandLine: { [flag ?? '']: value } })).toThrow(`option --${flag}: `)
  })
})

describe('what isolation measures on', () => {
  const read = (sources: Partial<ConfigSources>) => {
    const config = resolveConfig({ cwd: tmpdir(), env: {}, ...sources })
    return { isolation: config.extension(isolationExtension).rows, test: config.test.rows }
  }

  test('is a section too, whose flag --rows is that of test.rows at other commands', () => {
    expect(read({ command: 'isolation', commandLine: { rows: '4' } })).toEqual({ isolation: 4, test: 10 })
    expect(read({ command: 'run', commandLine: { rows: '4' } })).toEqual({ isolation: undefined, test: 4 })
    expect(read({ env: { TIDB_ISOLATION_ROWS: '5', TIDB_TEST_ROWS: '6' } })).toEqual({ isolation: 5, test: 6 })
  })

  test('is a pair of rows at least', () => {
    expect(() => read({ command: 'isolation', commandLine: { rows: '1' } })).toThrow(
      'option --rows: isolation.rows "1" is not allowed.\n  Its schema says: a whole number from 2 to 1000000000.',
    )
  })
})

test('a flag of a built-in section is free for an extension, which has it wherever the section is not meant', () => {
  const own = defineConfigExtension({
    name: 'own',
    schema: z.object({ interval: z.number().default(1) }),
    options: { interval: 'interval <n>' },
  })
  const intervals = (command: string) => {
    const config = resolveConfig({
      cwd: tmpdir(),
      env: {},
      extensions: [own],
      command,
      commandLine: { interval: '50' },
    })
    return { own: config.extension(own).interval, jobs: config.extension(jobsExtension).interval }
  }
  expect(intervals('run')).toEqual({ own: 50, jobs: 2_000 })
  expect(intervals('jobs')).toEqual({ own: 1, jobs: 50 })
})
