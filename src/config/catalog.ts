import { ConfigError } from '../errors/config-error.ts'
import { builtInExtensions } from './built-in-extensions.ts'
import { sectionDefinitions, type ConfigExtension } from './config-extension.ts'
import { nameOfOption, type SettingDefinition } from './setting-definition.ts'
import { settings } from './settings.ts'

/** Everything that can be set: the toolkit's own settings and those of extensions. */
export interface Catalog {
  readonly keys: readonly string[]
  readonly extensions: readonly ConfigExtension[]
  /** Undefined for what is no setting. */
  definition(key: string): SettingDefinition | undefined
}

const TOOLKIT = 'vitest-tidb'

/**
 * @throws ConfigError `CONFIG_EXTENSION` when two extensions, or an extension and the toolkit, want the same section,
 * variable or flag
 */
export function catalogOf(extensions: readonly ConfigExtension[] = []): Catalog {
  const all = withoutRepetition([...builtInExtensions, ...extensions])
  const definitions = new Map<string, SettingDefinition>(Object.entries(settings))
  const taken = new Map<string, string>()
  for (const [key, definition] of definitions) take(taken, claimsOf(key, definition), TOOLKIT)
  for (const extension of all) {
    const owner = ownerOf(extension.name)
    const section = sectionDefinitions(extension)
    // Every key of the toolkit claims its section, so that an extension can't add to one.
    take(taken, [`section ${extension.name}`], owner)
    for (const [key, definition] of section) {
      const builtIn = builtInExtensions.includes(extension)
      const claims = claimsOf(undefined, definition).filter((claim) => !isShared(taken, claim, builtIn))
      take(taken, claims, owner)
      definitions.set(key, definition)
    }
  }
  return { keys: [...definitions.keys()], extensions: all, definition: (key) => definitions.get(key) }
}

function claimsOf(key: string | undefined, { variable, alsoVariable, option }: SettingDefinition): readonly string[] {
  return [
    ...(key === undefined ? [] : [`section ${key.split('.')[0]}`]),
    `variable ${variable}`,
    ...(alsoVariable === undefined ? [] : [`variable ${alsoVariable}`]),
    ...(option === undefined ? [] : [`flag --${nameOfOption(option)}`]),
  ]
}

/**
 * A flag of a built-in section is meant at the command of its name, so that others may have it, too; a built-in section
 * may take one of the toolkit's own settings.
 */
function isShared(taken: ReadonlyMap<string, string>, claim: string, builtIn: boolean): boolean {
  const holder = taken.get(claim)
  if (!claim.startsWith('flag ') || holder === undefined) return false
  return (builtIn && holder === TOOLKIT) || builtInExtensions.some(({ name }) => holder === ownerOf(name))
}

function ownerOf(name: string): string {
  return `the extension '${name}'`
}

/** An extension may be named in several places, and its module be loaded by Vite and by Node. */
function withoutRepetition(extensions: readonly ConfigExtension[]): readonly ConfigExtension[] {
  const bySignature = new Map(
    extensions.map((extension) => {
      const { name, schema, options, env } = extension
      return [JSON.stringify([name, Object.keys(schema.shape), options, env]), extension]
    }),
  )
  return [...bySignature.values()]
}

function take(taken: Map<string, string>, claims: readonly string[], owner: string): void {
  for (const claim of claims) {
    const holder = taken.get(claim)
    // The toolkit's own settings share their sections; that each has a variable and a flag of its own is tested.
    if (holder !== undefined && owner !== TOOLKIT) {
      const who = holder === owner ? 'another of that name' : holder
      throw new ConfigError('CONFIG_EXTENSION', `The ${claim} is wanted by ${owner}, but ${who} has it.`, {
        remedy: 'Give it another name.',
      })
    }
    taken.set(claim, owner)
  }
}
