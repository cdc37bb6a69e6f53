import { existsSync, readFileSync } from 'node:fs'
import { basename, extname, isAbsolute, join, relative, resolve } from 'node:path'
import { ConfigError } from '../errors/config-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { CONFIG_FILES, findConfigFile } from './find-config-file.ts'
import { parseJson } from './json-source.ts'
import { loadModuleSource } from './module-source.ts'
import { SourceSyntaxError, type SourceDocument } from './source-document.ts'
import { parseToml } from './toml-source.ts'

export interface ConfigFile {
  /** Absolute. */
  readonly path: string
  /** As people should read it: from the working directory when it is below or near that, otherwise absolute. */
  readonly name: string
  readonly document: SourceDocument
}

/**
 * The configuration file: the one that was named, or else the one that is found.
 *
 * @throws ConfigError `CONFIG_FILE_MISSING`, `CONFIG_FILE_AMBIGUOUS`, `CONFIG_FILE_UNREADABLE`
 */
export function readConfigFile(
  cwd: string,
  named?: { readonly path: string; readonly by: string },
): ConfigFile | undefined {
  const path = named === undefined ? findConfigFile(cwd) : resolve(cwd, named.path)
  if (path === undefined) return undefined
  const name = displayName(cwd, path)
  if (!existsSync(path)) {
    throw new ConfigError('CONFIG_FILE_MISSING', `The configuration file ${name} does not exist.`, {
      remedy: `It was named by ${named?.by ?? 'nobody'}: correct the path, or leave it out to have one of ${CONFIG_FILES.join(', ')} found.`,
    })
  }
  return { path, name, document: readSource(path, name) }
}

function readSource(path: string, name: string): SourceDocument {
  const extension = extname(path).toLowerCase()
  switch (extension) {
    case '.json':
      return parsed(path, name, parseJson)
    case '.toml':
      return parsed(path, name, parseToml)
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return loaded(path, name)
    default:
      throw new ConfigError(
        'CONFIG_FILE_UNREADABLE',
        `The configuration file ${name} is neither .json, .toml nor .ts.`,
        {
          remedy: 'Write the settings as JSON, TOML or TypeScript, and name the file so.',
        },
      )
  }
}

function parsed(path: string, name: string, parse: (text: string) => SourceDocument): SourceDocument {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError('CONFIG_FILE_UNREADABLE', `The configuration file ${name} cannot be read: ${String(error)}`, {
      cause: error,
      remedy: 'Give a file that this user may read.',
    })
  }
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error
    throw new ConfigError(
      'CONFIG_FILE_UNREADABLE',
      `The configuration file ${name} cannot be parsed: line ${error.line}, column ${error.column}: ${error.message}`,
      { remedy: 'Correct the file at that place.', context: { file: path, line: error.line, column: error.column } },
    )
  }
}

function loaded(path: string, name: string): SourceDocument {
  try {
    return loadModuleSource(path)
  } catch (error) {
    throw new ConfigError(
      'CONFIG_FILE_UNREADABLE',
      `The configuration file ${name} cannot be loaded: ${messageOf(error)}`,
      {
        cause: error,
        remedy: 'It must be a module that Node runs as it is, with the settings as its default export.',
        context: { file: path },
      },
    )
  }
}

function displayName(cwd: string, path: string): string {
  const shorter = relative(resolve(cwd), path)
  if (shorter === '') return basename(path)
  return isAbsolute(shorter) || shorter.startsWith(join('..', '..', '..')) ? path : shorter
}
