import { ConfigError } from '../errors/config-error.ts'
import { nameOfOption, type SettingDefinition } from './setting-definition.ts'
import { readByShape, type AnyShape, type SectionSchema } from './section-schema.ts'

/** A flag of `tidb-test` without dashes, with the name of its argument: `'batch-size <n>'`. A switch has none: `'dry-run'`. */
type Flag = string | { readonly flag: string; readonly about?: string }

/** A section of the configuration that somebody else than the toolkit reads. Made by `defineConfigExtension`. */
export interface ConfigExtension<Name extends string = string, Output = unknown, Input = unknown> {
  /** Of the section: `[name]` in TOML, `{ "name": { … } }` in JSON. */
  readonly name: Name
  readonly schema: SectionSchema<Output, Input>
  readonly options: Readonly<Record<string, Flag | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Adds a section to the configuration, with values that are checked and typed: in files, in variables, as flags of
 * `tidb-test` with help, and as an option of `tidb()`.
 *
 * - `schema` is an object of zod, or any object schema with a `shape` of Standard Schemas (https://standardschema.dev).
 *   What is read from a variable or a flag is a text; where the schema takes no text, a number or `true` and `false` is
 *   made of it. A key's description is its help, a key's default its value when nobody gives one.
 * - `options` names the flag of a key: `{ rows: 'fill-rows <n>' }`.
 * - `env` names the variable of a key; the rest are `TIDB_SECTION_KEY`.
 *
 * @throws ConfigError `CONFIG_EXTENSION` when a name can't be used
 */
export function defineConfigExtension<const Name extends string, Shape extends AnyShape, Output, Input>(definition: {
  readonly name: Name
  readonly schema: SectionSchema<Output, Input> & { readonly shape: Shape }
  readonly options?: { readonly [K in keyof Shape]?: Flag }
  readonly env?: { readonly [K in keyof Shape]?: string }
}): ConfigExtension<Name, Output, Input> {
  const { name, schema } = definition
  const options: ConfigExtension['options'] = definition.options ?? {}
  const env: ConfigExtension['env'] = definition.env ?? {}
  const keys = Object.keys(schema.shape ?? {})
  mustBe(/^[a-z][a-zA-Z0-9]*$/.test(name), `the name '${name}' is not in camelCase`, 'Take a name such as myTool.')
  mustBe(keys.length > 0, `the schema of '${name}' has no keys`, 'Give an object schema: z.object({ … }).')
  for (const key of [...Object.keys(options), ...Object.keys(env)]) {
    mustBe(keys.includes(key), `'${name}' names an option or a variable for '${key}'`, `Its keys: ${keys.join(', ')}.`)
  }
  for (const option of Object.values(options)) {
    const flag = typeof option === 'string' ? option : (option?.flag ?? '')
    const remedy = "Write it without dashes, with its argument: 'fill-rows <n>'."
    mustBe(/^[a-z][a-z0-9-]*( <[^<>]+>)?$/.test(flag), `'${name}' has the flag '${flag}'`, remedy)
  }
  for (const variable of Object.values(env)) {
    const remedy = 'Write it in capitals: MY_TOOL_ROWS.'
    mustBe(/^[A-Z][A-Z0-9_]*$/.test(variable ?? ''), `'${name}' has the variable '${variable}'`, remedy)
  }
  return { name, schema, options, env }
}

/** The settings of a section, by their full key. */
export function sectionDefinitions({ name, schema, options, env }: ConfigExtension): Map<string, SettingDefinition> {
  const definitions = Object.entries(schema.shape).map(([key, value]): [string, SettingDefinition] => {
    const given = options[key]
    const { flag, about } = typeof given === 'object' ? given : { flag: given }
    return [
      `${name}.${key}`,
      {
        schema: readByShape(value),
        allowed: '',
        variable: env[key] ?? `TIDB_${capitals(name)}_${capitals(key)}`,
        ...(flag === undefined ? {} : { option: flag }),
        about: about ?? value.description ?? '',
      },
    ]
  })
  return new Map(definitions)
}

/** Whether a flag stands alone. */
export function isSwitch(option: string): boolean {
  return nameOfOption(option) === option
}

function capitals(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()
}

function mustBe(right: boolean, what: string, remedy: string): void {
  if (!right) throw new ConfigError('CONFIG_EXTENSION', `A configuration extension is wrong: ${what}.`, { remedy })
}
