import { ConfigError } from '../errors/config-error.ts'
import type { ConfigExtension } from './config-extension.ts'
import type { Origin } from './origin.ts'
import { readSection } from './section-schema.ts'
import type { Problem } from './setting.ts'

/** The checked sections of extensions, by their name. */
export type Sections = Readonly<Record<string, unknown>>

/** Puts what was given for a section together, with the defaults of its schema. */
export function readSections(
  extensions: readonly ConfigExtension[],
  given: Readonly<Record<string, unknown>>,
  origins: ReadonlyMap<string, Origin>,
): { readonly sections: Sections; readonly problems: readonly Problem[] } {
  const sections: Record<string, unknown> = {}
  const problems: Problem[] = []
  for (const { name, schema } of extensions) {
    const keys = Object.keys(schema.shape)
    const values = keys.flatMap((key) => {
      const value = given[`${name}.${key}`]
      return value === undefined ? [] : [[key, value] as const]
    })
    const result = readSection(schema, Object.fromEntries(values))
    if (!('problems' in result)) {
      sections[name] = result.value
      continue
    }
    for (const { key, message } of result.problems) {
      const full = key === '' ? name : `${name}.${key}`
      const where = origins.get(full)?.where ?? `section ${name}`
      problems.push({ where, what: `${full} is not as its extension wants it`, remedy: `Its schema says: ${message}.` })
    }
  }
  return { sections, problems }
}

/**
 * The section of one extension, typed.
 *
 * @throws ConfigError `CONFIG_EXTENSION` when nothing has registered it
 */
export function sectionOf<Output>(sections: Sections, extension: ConfigExtension<string, Output>): Output {
  if (extension.name in sections) return sections[extension.name] as Output
  throw new ConfigError('CONFIG_EXTENSION', `The configuration extension '${extension.name}' is not registered.`, {
    remedy: 'Name it in tidb({ extensions: […] }), or under `extensions` in the configuration file.',
  })
}
