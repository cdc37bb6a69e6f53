import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { defineConfigExtension } from '../config/config-extension.ts'
import { defineTidbConfig } from '../config/define-tidb-config.ts'
import { tidb } from './plugin.ts'

const shop = defineConfigExtension({
  name: 'shop',
  schema: z.object({ carts: z.number().default(3), pause: z.string().transform(Number).optional() }),
  options: { carts: 'carts <n>' },
})

test('sections of extensions are options by their names, as their schemas take them', () => {
  tidb({ extensions: [shop], shop: { carts: 4, pause: '5' }, databaseMode: 'server' })
  tidb({ extensions: [shop], schema: () => 'CREATE TABLE t (id INT)' })
  tidb()
  // @ts-expect-error carts is a number
  tidb({ extensions: [shop], shop: { carts: 'four' } })
  // @ts-expect-error no such key
  tidb({ extensions: [shop], shop: { cart: 4 } })
  // @ts-expect-error nothing brings this section
  tidb({ shop: { carts: 4 } })
  // @ts-expect-error no such setting
  tidb({ databseMode: 'server' })
})

test('a configuration file has the same types', () => {
  expectTypeOf(defineTidbConfig({ extensions: [shop], shop: { carts: 4 } }).extensions).toEqualTypeOf<
    readonly [typeof shop] | undefined
  >()
  // @ts-expect-error no such setting
  defineTidbConfig({ database: { hots: 'x' } })
})

test('flags and variables are for keys of the schema', () => {
  const schema = z.object({ carts: z.number() })
  // @ts-expect-error no such key
  defineConfigExtension({ name: 'other', schema, options: { cart: 'cart <n>' } })
  // @ts-expect-error no such key
  defineConfigExtension({ name: 'other', schema, env: { cart: 'CARTS' } })
})
