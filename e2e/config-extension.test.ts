import { describe, expect, test } from 'vitest'
import { separately, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const EXTENSION = `
import { defineConfigExtension } from 'vitest-tidb/plugin'
import { z } from 'zod'

export const shop = defineConfigExtension({
  name: 'shop',
  schema: z.object({
    carts: z.int().min(1).default(3).describe('carts that are filled'),
    currency: z.enum(['EUR', 'USD']).default('EUR'),
  }),
  options: { carts: 'carts <n>', currency: { flag: 'currency <code>', about: 'what is paid in' } },
  env: { carts: 'SHOP_CARTS' },
})
`

const TEST = `
import { expect, test } from 'vitest-tidb'
import { shop } from './shop-settings.ts'

test('the section', ({ settings }) => {
  const { carts, currency }: { carts: number; currency: 'EUR' | 'USD' } = settings.of(shop)
  console.log(JSON.stringify({ carts, currency, rows: settings.rows }))
})
`

/** A project that names its extension in a configuration file of TypeScript. */
function shopProject(): Promise<UserProject> {
  return UserProject.create({
    'shop-settings.ts': EXTENSION,
    'tidb-test.config.ts': `
import type { TidbOptions } from 'vitest-tidb/plugin'
import { shop } from './shop-settings.ts'

export default { extensions: [shop], test: { rows: 12 }, shop: { carts: 5 } } satisfies TidbOptions & object`,
    'shop.test.ts': TEST,
  })
}

interface ShownSetting {
  readonly value: unknown
  readonly origin: string
}

async function shown(project: UserProject, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { output } = await tidbTest(project, ['config', 'show', '--json', ...args], env)
  return (JSON.parse(output) as { settings: Record<string, ShownSetting> }).settings
}

describe('a section of an extension, named in tidb-test.config.ts', () => {
  test('has its values from the file, a variable and a flag, the later the stronger', async () => {
    const project = await shopProject()
    const file = { value: 5, origin: 'file tidb-test.config.ts' }
    expect(await shown(project, [])).toMatchObject({
      'shop.carts': file,
      'test.rows': { value: 12, origin: 'file tidb-test.config.ts' },
    })
    const variable = { value: 6, origin: 'environment variable SHOP_CARTS' }
    expect(await shown(project, [], { SHOP_CARTS: '6' })).toMatchObject({ 'shop.carts': variable })
    const flag = { value: 7, origin: 'option --carts' }
    expect(await shown(project, ['--carts', '7'], { SHOP_CARTS: '6' })).toMatchObject({ 'shop.carts': flag })
  })

  test('has help and completions', async () => {
    const project = await shopProject()
    const help = await tidbTest(project, ['run', '--help'])
    expect(help.output.replaceAll(/\s+/g, ' ')).toContain('--carts <n> carts that are filled (variable SHOP_CARTS)')
    expect(help.output.replaceAll(/\s+/g, ' ')).toContain(
      '--currency <code> what is paid in (variable TIDB_SHOP_CURRENCY)',
    )
    const completions = await tidbTest(project, ['completions', 'fish'])
    expect(completions.output).toMatch(/__tidb_test_at "run".* -l currency -x -a 'EUR USD' -d 'what is paid in/)
  })

  test('reaches a test, typed, whoever starts it', async () => {
    const project = await shopProject()
    const byUs = await separately(project, ['run', 'shop.test.ts', '--carts', '7', '--currency', 'USD'])
    expect(byUs.stdout).toContain('{"carts":7,"currency":"USD","rows":12}')
    expect(byUs.exitCode).toBe(0)
    const byVitest = await project.vitest(['run'], { SHOP_CARTS: '6' })
    expect(byVitest.output).toContain('{"carts":6,"currency":"EUR","rows":12}')
    expect(byVitest.exitCode).toBe(0)
  })

  test('refuses what its schema refuses, with the place', async () => {
    const project = await shopProject()
    for (const args of [
      ['config', 'show', '--carts', '0'],
      ['run', 'shop.test.ts', '--carts', '0'],
    ]) {
      const { exitCode, output } = await tidbTest(project, args)
      expect(output).toContain('option --carts: shop.carts "0" is not allowed.')
      expect(exitCode).toBe(2)
    }
    await project.write(
      'tidb-test.config.ts',
      'export default { extensions: ["./shop-settings.ts"], shop: { cart: 1 } }',
    )
    const { exitCode, output } = await tidbTest(project, ['config', 'show'])
    expect(output).toContain('file tidb-test.config.ts: unknown setting shop.cart.\n  Did you mean shop.carts?')
    expect(exitCode).toBe(2)
  })
})

test('an extension of an installed package is named in TOML', async () => {
  const project = await UserProject.create({
    'node_modules/shop-plugin/package.json': '{ "name": "shop-plugin", "type": "module", "exports": "./index.js" }',
    'node_modules/shop-plugin/index.js': EXTENSION,
    'tidb-test.config.toml': 'extensions = ["shop-plugin"]\n[shop]\ncarts = 8\n',
    'shop.test.ts': TEST.replace('./shop-settings.ts', 'shop-plugin').replace(/: \{ carts: number.*?\} =/, ' ='),
  })
  expect(await shown(project, [])).toMatchObject({
    'shop.carts': { value: 8, origin: 'file tidb-test.config.toml line 3' },
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toContain('{"carts":8,"currency":"EUR","rows":10}')
  expect(exitCode).toBe(0)
})
