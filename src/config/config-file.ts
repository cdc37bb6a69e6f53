import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path'
import { ConfigError } from '../errors/config-error.ts'
import { parseJson } from './json-source.ts'
import { SourceSyntaxError, type SourceDocument } from './source-document.ts'
import { parseToml } from './toml-source.ts'

const NAMES = ['tidb-test.config.json', 'tidb-test.config.toml'] as const

export interface ConfigFile {
  /** Absolute. */
  readonly path: string
  /** As people should read it: from the working directory when it is below or near that, otherwise absolute. */
  readonly name: string
  readonly document: SourceDocument
}

/**
 * The configuration file: the one that was named, or else the first found from `cwd` upward to the nearest folder with
 * a package.json (only `cwd` when there is none above it).
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
      remedy: `It was named by ${named?.by ?? 'nobody'}: correct the path, or leave it out to have one of ${NAMES.join(' and ')} found.`,
    })
  }
  return { path, name, document: parseFile(path, name) }
}

function findConfigFile(cwd: string): string | undefined {
  for (const directory of directoriesToSearch(cwd)) {
    const found = NAMES.map((name) => join(directory, name)).filter((path) => existsSync(path))
    if (found.length > 1) {
      throw new ConfigError(
        'CONFIG_FILE_AMBIGUOUS',
        `Two configuration files are in ${directory}: ${NAMES.join(', ')}.`,
        {
          remedy: 'Keep one of them, or name one with --config or TIDB_TEST_CONFIG.',
        },
      )
    }
    if (found[0] !== undefined) return found[0]
  }
  return undefined
}

function directoriesToSearch(cwd: string): readonly string[] {
  const directories: string[] = []
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    directories.push(directory)
    if (existsSync(join(directory, 'package.json'))) return directories
    if (dirname(directory) === directory) return directories.slice(0, 1)
  }
}

function parseFile(path: string, name: string): SourceDocument {
  const parse = parserOf(path, name)
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

function parserOf(path: string, name: string): (text: string) => SourceDocument {
  const extension = extname(path).toLowerCase()
  if (extension === '.json') return parseJson
  if (extension === '.toml') return parseToml
  throw new ConfigError('CONFIG_FILE_UNREADABLE', `The configuration file ${name} is neither .json nor .toml.`, {
    remedy: 'Write the settings as JSON or TOML, and name the file so.',
  })
}

function displayName(cwd: string, path: string): string {
  const shorter = relative(resolve(cwd), path)
  if (shorter === '') return basename(path)
  return isAbsolute(shorter) || shorter.startsWith(join('..', '..', '..')) ? path : shorter
}
