import { stringify } from 'smol-toml'
import type { Catalog } from '../config/catalog.ts'
import { defaults } from '../config/defaults.ts'
import type { Setting } from '../config/setting.ts'

/** What a file is made of. */
export interface ConfigFileContents {
  readonly settings: readonly Setting[]
  readonly catalog: Catalog
  /** Where its JSON Schema is, from the file on; editors complete and check by it. */
  readonly schema: string
}

/** The text of a file with these settings. In TOML every other setting is a comment. */
export function renderConfigFile(format: 'toml' | 'json', { settings, catalog, schema }: ConfigFileContents): string {
  const given = new Map(settings.map(({ key, value }) => [key, written(value, key, catalog)]))
  return format === 'json' ? asJson(given, schema) : asToml(given, catalog, schema)
}

function asJson(given: ReadonlyMap<string, unknown>, schema: string): string {
  const root: Record<string, unknown> = { $schema: schema }
  for (const [key, value] of given) {
    const path = key.split('.')
    let at = root
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>
    at[path.at(-1) ?? ''] = value
  }
  return `${JSON.stringify(root, null, 2)}\n`
}

function asToml(given: ReadonlyMap<string, unknown>, catalog: Catalog, schema: string): string {
  const keys = catalog.keys.filter((key) => catalog.definition(key)?.secret !== true)
  // TOML has the keys of the root before the first table.
  const tables = Map.groupBy(keys, tableOf)
  const ordered = [...tables].sort(([left], [right]) => Number(left !== '') - Number(right !== ''))
  const parts = ordered.map(([table, inTable]) => {
    const lines = inTable.flatMap((key) => tomlLines(key, given, catalog))
    return [...(table === '' ? [] : [`[${table}]`]), ...lines].join('\n')
  })
  return `${[`#:schema ${schema}`, '# Take the # away from what you want to set.', ...parts].join('\n\n')}\n`
}

function tomlLines(key: string, given: ReadonlyMap<string, unknown>, catalog: Catalog): readonly string[] {
  const { about = '', variable } = catalog.definition(key) ?? {}
  const name = key.slice(tableOf(key).length).replace(/^\./, '')
  const comment = `# ${about.replaceAll('`', '')} (${variable})`
  if (given.has(key)) return [comment, stringify({ [name]: given.get(key) }).trim()]
  const value = (defaults as Readonly<Record<string, unknown>>)[key]
  return [
    comment,
    `# ${name} = ${
      value === undefined
        ? ''
        : stringify({ value })
            .trim()
            .replace(/^value = /, '')
    }`.trimEnd(),
  ]
}

function tableOf(key: string): string {
  return key.split('.').slice(0, -1).join('.')
}

/** Options are texts; where a setting takes no text, a file has a number. */
function written(value: unknown, key: string, catalog: Catalog): unknown {
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) return value
  return catalog.definition(key)?.schema.safeParse(Number(value)).success === true ? Number(value) : value
}
