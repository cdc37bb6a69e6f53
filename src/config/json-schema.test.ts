import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { catalogOf } from './catalog.ts'
import { defineConfigExtension } from './config-extension.ts'
import { configJsonSchema } from './json-schema.ts'

interface Node {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly anyOf?: readonly Node[]
  readonly additionalProperties?: boolean
}

function at(schema: Node, path: readonly string[]): Node | undefined {
  const [first, ...rest] = path
  if (first === undefined) return schema
  const groups = [schema, ...(schema.anyOf ?? [])]
  const next = groups.map(({ properties }) => properties?.[first]).find((found) => found !== undefined)
  return next === undefined ? undefined : at(next, rest)
}

test('every setting is in the schema, with its meaning', () => {
  const schema = configJsonSchema() as Node
  for (const key of catalogOf().keys) {
    expect(at(schema, key.split('.'))?.description, key).toMatch(/\w{3}/)
  }
})

test('groups allow nothing else, so that editors point at misspelt keys', () => {
  const schema = configJsonSchema() as Node
  for (const group of ['database', 'test', 'retry', 'breaker', 'logging', 'jobs']) {
    expect(at(schema, [group])?.additionalProperties, group).toBe(false)
  }
  expect(JSON.stringify(schema.anyOf)).toContain('"extensions"')
})

test('an extension brings its own section', () => {
  const own = defineConfigExtension({ name: 'own', schema: z.object({ rows: z.number().describe('how many') }) })
  expect(at(configJsonSchema([own]) as Node, ['own', 'rows'])).toMatchObject({
    type: 'number',
    description: 'how many',
  })
})

test('the file that is shipped is up to date', () => {
  const file = new URL('../../tidb-test.schema.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())))
})
