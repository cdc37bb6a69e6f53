import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveConfig } from './resolve-config.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tidb-files-'))
  write('package.json', '{ "type": "module" }')
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(name: string, text: string): void {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const resolved = (sources = {}) => resolveConfig({ cwd: root, env: {}, ...sources })

const extensionModule = fileURLToPath(new URL('./config-extension.ts', import.meta.url))
const zod = import.meta.resolve('zod')

describe('a TypeScript file', () => {
  test('is run as it is, with its types', () => {
    write('port.ts', 'export const port: number = 4321')
    write(
      'tidb-test.config.ts',
      "import { port } from './port.ts'\nexport default { database: { port }, schema: undefined as string | undefined }",
    )
    const config = resolved()
    expect(config.database.port).toBe(4321)
    expect(config.origin('database.port')).toBe('file tidb-test.config.ts')
  })

  test.for([
    ['export default { database: { hots: 1 } }', 'CONFIG_INVALID', 'Did you mean database.host?'],
    ['export default 3', 'CONFIG_INVALID', 'the settings are not an object'],
    ["throw new Error('no such thing')", 'CONFIG_FILE_UNREADABLE', 'no such thing'],
    ['export default { database: {', 'CONFIG_FILE_UNREADABLE', 'cannot be loaded'],
    ['export default await Promise.resolve({})', 'CONFIG_FILE_UNREADABLE', 'await outside of functions'],
  ] as const)('with a mistake is refused: %s', ([text, code, message]) => {
    write('tidb-test.config.ts', text)
    expect(() => resolved()).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
  })

  test('beside another format is an error', () => {
    write('tidb-test.config.ts', 'export default {}')
    write('tidb-test.config.json', '{}')
    expect(() => resolved()).toThrow(expect.objectContaining({ code: 'CONFIG_FILE_AMBIGUOUS' }))
  })
})

describe('a file of the earlier framework', () => {
  const earlier = {
    database: {
      host: 'localhost:4001',
      username: 'tester',
      password: null,
      database: 'shop',
      pool_size: 9,
      timeout_secs: 12,
    },
    logging: { level: 'trace', format: 'json', file: null, console: true },
    test: { rows: 3, timeout_secs: 5, verbose: false },
    import_jobs: { monitor_duration: 60, update_interval: 5, show_details: true },
  }

  test.for(['tidb_config.json', 'config/tidb.json'])('%s is read as it is', (name) => {
    write(name, JSON.stringify(earlier))
    const config = resolved()
    expect(config.database).toEqual({
      host: 'localhost',
      port: 4001,
      user: 'tester',
      database: 'shop',
      poolSize: 9,
      timeout: 12_000,
    })
    expect(config.logging).toMatchObject({ level: 'debug', format: 'json', console: true })
    expect(config.test).toMatchObject({ rows: 3, timeout: 5_000 })
    expect(config.sections['jobs']).toEqual({ duration: 60_000, interval: 5_000, details: true })
    expect(config.origin('database.poolSize')).toBe(`file ${name} line 1`)
  })

  test.for(['tidb_config.toml', 'config/tidb.toml'])('%s is read as it is', (name) => {
    write(name, '[database]\nhost = "db"\nusername = "tester"\npool_size = 3\n[test]\nverbose = true\n')
    const config = resolved()
    expect(config.database).toMatchObject({ host: 'db', user: 'tester', poolSize: 3 })
    expect(config.logging.level).toBe('debug')
    expect(config.origin('database.user')).toBe(`file ${name} line 3`)
  })

  test("counts only where there is none of today's names", () => {
    write('tidb_config.json', '{ "test": { "rows": 1 } }')
    write('tidb-test.config.toml', 'test.rows = 2')
    expect(resolved().test.rows).toBe(2)
  })

  test('may not say the same thing twice in two ways', () => {
    write('tidb_config.json', '{ "database": { "username": "a", "user": "b" } }')
    expect(() => resolved()).toThrow('database.user is given twice')
  })

  test('with a misspelt key is told the name of today', () => {
    write('tidb_config.json', '{ "database": { "pool_sice": 3 } }')
    expect(() => resolved()).toThrow('Did you mean database.poolSize?')
  })
})

test('$schema is for editors', () => {
  write(
    'tidb-test.config.json',
    '{ "$schema": "./node_modules/vitest-tidb/tidb-test.schema.json", "timeZone": "+08:00" }',
  )
  expect(resolved().timeZone).toBe('+08:00')
})

describe('extensions in a file', () => {
  const own = `
    import { z } from ${JSON.stringify(zod)}
    import { defineConfigExtension } from ${JSON.stringify(extensionModule)}
    export const shop = defineConfigExtension({ name: 'shop', schema: z.object({ carts: z.number().default(2) }) })`

  test('are modules, from the file on, in JSON and TOML', () => {
    write('config/shop.ts', own)
    write('config/own.toml', 'extensions = ["./shop.ts"]\nshop.carts = 7')
    expect(resolved({ file: 'config/own.toml' }).sections['shop']).toEqual({ carts: 7 })
    expect(resolved({ file: 'config/own.toml', env: { TIDB_SHOP_CARTS: '8' } }).sections['shop']).toEqual({ carts: 8 })
  })

  test('stand in a TypeScript file themselves', () => {
    write('shop.ts', own)
    write(
      'tidb-test.config.ts',
      "import { shop } from './shop.ts'\nexport default { extensions: [shop], shop: { carts: 5 } }",
    )
    expect(resolved().sections['shop']).toEqual({ carts: 5 })
  })

  test.for([
    ['extensions = "./shop.ts"', 'is not a list'],
    ['extensions = ["./none.ts"]', './none.ts cannot be loaded'],
    ['extensions = [1]', 'holds something that is no extension'],
    ['extensions = ["./empty.ts"]', 'exports no extension'],
  ] as const)('that are wrong are refused with the line: %s', ([text, message]) => {
    write('empty.ts', 'export const nothing = 1')
    write('tidb-test.config.toml', text)
    expect(() => resolved()).toThrow(
      expect.objectContaining({ code: 'CONFIG_EXTENSION', message: expect.stringContaining(message) }),
    )
    expect(() => resolved()).toThrow('file tidb-test.config.toml line 1')
  })
})
