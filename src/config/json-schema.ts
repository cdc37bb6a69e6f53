import { z } from 'zod'
import { catalogOf } from './catalog.ts'
import type { ConfigExtension } from './config-extension.ts'
import { defaults } from './defaults.ts'
import { definitionOf, settingKeys, settings, type SettingKey } from './settings.ts'

interface Schema {
  readonly [keyword: string]: unknown
}

/** A group under construction: its settings, and the groups in it. */
interface Group {
  readonly properties: Record<string, Schema | Group>
}

/**
 * What editors need to complete and check a configuration file: JSON Schema of draft 2020-12, made from the schemas that
 * check the settings themselves. Sections of further extensions are allowed where a file names `extensions`.
 */
export function configJsonSchema(extensions: readonly ConfigExtension[] = []): Schema {
  const root: Group = { properties: {} }
  for (const key of settingKeys) put(root, key.split('.'), settingSchema(key))
  for (const extension of catalogOf(extensions).extensions) root.properties[extension.name] = sectionSchema(extension)
  const { properties } = closed(root) as { properties: Record<string, Schema> }
  const tls = properties['database']?.['properties'] as Record<string, Schema>
  tls['tls'] = orShort(tls['tls'], { type: 'boolean', description: settings['database.tls.enabled'].about })
  properties['backend'] = orShort(properties['backend'], settingSchema('backend.kind'))
  properties['report'] = orShort(properties['report'], settingSchema('report.enabled'))
  const all = {
    $schema: { type: 'string', description: 'this schema, for editors' },
    extensions: {
      type: 'array',
      items: { type: 'string' },
      description: 'modules that add sections: paths from this file on, or packages',
    },
    ...properties,
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of vitest-tidb',
    type: 'object',
    properties: all,
    anyOf: [{ required: ['extensions'] }, { propertyNames: { enum: Object.keys(all) } }],
  }
}

function put(group: Group, path: readonly string[], schema: Schema): void {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    group.properties[first] = schema
    return
  }
  const inner = group.properties[first]
  const next = inner !== undefined && 'properties' in inner ? (inner as Group) : { properties: {} }
  group.properties[first] = next
  put(next, rest, schema)
}

/** Groups become objects that allow nothing else. */
function closed(group: Group): Schema {
  const properties = Object.entries(group.properties).map(([name, value]) => [
    name,
    'properties' in value && !('type' in value) ? closed(value as Group) : value,
  ])
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false }
}

function settingSchema(key: SettingKey): Schema {
  const { about, unset } = definitionOf(key)
  const value = unset === undefined ? (defaults as Partial<Record<SettingKey, unknown>>)[key] : undefined
  return {
    ...inputSchema(settings[key].schema),
    description: about.replaceAll('`', ''),
    ...(value === undefined ? {} : { default: value }),
  }
}

/** An extension of another library says nothing of its values here. */
function sectionSchema({ schema }: ConfigExtension): Schema {
  return schema instanceof z.ZodType ? { ...inputSchema(schema), additionalProperties: false } : { type: 'object' }
}

function inputSchema(schema: z.ZodType): Schema {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return own
}

function orShort(group: Schema | undefined, { description, ...short }: Schema): Schema {
  return { description, anyOf: [short, group] }
}
