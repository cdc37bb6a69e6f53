import { ConfigError } from '../errors/config-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { ConfigExtension } from './config-extension.ts'
import type { ConfigFile } from './config-file.ts'
import { exportsOf } from './module-source.ts'

/**
 * What a file sets, and the extensions that it names under `extensions`: modules (a path from the file on, or a
 * package), or in TypeScript the extensions themselves. `$schema` is for editors.
 *
 * @throws ConfigError `CONFIG_EXTENSION`
 */
export function splitExtensions(file: ConfigFile): {
  readonly root: unknown
  readonly extensions: readonly ConfigExtension[]
} {
  const { value } = file.document
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { root: value, extensions: [] }
  const { $schema: _, extensions, ...root } = value as Record<string, unknown>
  if (extensions === undefined) return { root, extensions: [] }
  const line = file.document.lineOf(['extensions'])
  const where = line === undefined ? `file ${file.name}` : `file ${file.name} line ${line}`
  if (!Array.isArray(extensions)) {
    throw new ConfigError('CONFIG_EXTENSION', `${where}: extensions is not a list.`, {
      remedy: 'Write a list of modules: ["./my-extension.ts"].',
    })
  }
  return { root, extensions: extensions.flatMap((entry: unknown) => extensionsIn(entry, file.path, where)) }
}

function extensionsIn(entry: unknown, from: string, where: string): readonly ConfigExtension[] {
  if (isExtension(entry)) return [entry]
  if (typeof entry !== 'string') {
    throw new ConfigError('CONFIG_EXTENSION', `${where}: extensions holds something that is no extension.`, {
      remedy: 'Give what defineConfigExtension() returns, or the path of a module that exports it.',
    })
  }
  const exported = exportedBy(entry, from, where).filter(isExtension)
  if (exported.length > 0) return [...new Set(exported)]
  throw new ConfigError('CONFIG_EXTENSION', `${where}: the module ${entry} exports no extension.`, {
    remedy: 'Export what defineConfigExtension() returns.',
  })
}

function exportedBy(specifier: string, from: string, where: string): readonly unknown[] {
  try {
    return exportsOf(specifier, from)
  } catch (error) {
    throw new ConfigError(
      'CONFIG_EXTENSION',
      `${where}: the module ${specifier} cannot be loaded: ${messageOf(error)}`,
      {
        cause: error,
        remedy: 'A path starts with ./ and counts from the configuration file; a package must be installed.',
      },
    )
  }
}

/** By its parts: another copy of this package may have made it. */
function isExtension(value: unknown): value is ConfigExtension {
  if (typeof value !== 'object' || value === null) return false
  const { name, schema, options, env } = value as Partial<ConfigExtension>
  return (
    typeof name === 'string' && typeof schema === 'object' && typeof options === 'object' && typeof env === 'object'
  )
}
