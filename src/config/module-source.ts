import { createRequire } from 'node:module'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { SourceDocument } from './source-document.ts'

/**
 * The default export of a TypeScript or JavaScript file. Node itself removes the types, so only erasable syntax will do,
 * and a relative import needs its file's extension.
 *
 * Loaded with `require`, which takes ES modules too, because a configuration is asked for synchronously.
 */
export function loadModuleSource(path: string): SourceDocument {
  const loaded: unknown = loadModule(path)
  const value = isNamespace(loaded) && 'default' in loaded ? loaded['default'] : loaded
  return { value: isNamespace(value) && !isPlain(value) ? { ...value } : value, lineOf: () => undefined }
}

/** Everything that a module exports. `specifier` is a path or a package as `from` would import it. */
export function exportsOf(specifier: string, from: string): readonly unknown[] {
  const loaded = loadModule(specifier, from)
  return isNamespace(loaded) ? Object.values(loaded) : [loaded]
}

function loadModule(specifier: string, from = specifier): unknown {
  try {
    return createRequire(from)(specifier) as unknown
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'ERR_REQUIRE_ASYNC_MODULE') {
      throw new Error('it has an await outside of functions, which a configuration cannot wait for', { cause: error })
    }
    throw error instanceof Error ? error : new Error(messageOf(error), { cause: error })
  }
}

function isNamespace(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}
