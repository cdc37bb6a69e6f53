import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { pythonExtension } from '../config/python-extension.ts'
import { nearest } from '../config/nearest.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { ConfigError } from '../errors/config-error.ts'
import { suitesFolder } from './suites.ts'

/** Files of handlers that belong together. */
export interface PythonSuite {
  /** That of its folder. */
  readonly name: string
  readonly folder: string
  /** Absolute, in the order of their names; perhaps with `:LINE`. */
  readonly files: readonly string[]
}

/**
 * The files and folders that were named, and the suites; without either, every suite of the configuration; where that has
 * none, those of the package.
 *
 * @throws ConfigError `CONFIG_TESTS` when there is no such file, folder or suite, or no file of handlers in it
 */
export function choosePythonSuites(
  paths: readonly string[],
  names: readonly string[],
  config: ResolvedConfig,
): readonly PythonSuite[] {
  const cwd = process.cwd()
  const named = paths.map((path) => suiteOf(resolve(cwd, path)))
  if (names.length === 0 && named.length > 0) return merged(named)
  const configured = configuredFolders(config, cwd)
  const own = packagedFolders().filter((folder) => !configured.some((other) => basename(other) === basename(folder)))
  if (names.length === 0) return (configured.length > 0 ? configured : own).map(suiteOf)
  const known = [...configured, ...own]
  const chosen = names.map((name) => {
    const folder = known.find((each) => basename(each) === name)
    if (folder !== undefined) return suiteOf(folder)
    const all = known.map((each) => basename(each))
    const meant = nearest(name, all)
    throw new ConfigError('CONFIG_TESTS', `There is no suite '${name}'.`, {
      remedy: `${meant === undefined ? '' : `Did you mean ${meant}? `}Suites: ${all.join(', ')}. Name the folders of others in python.suites.`,
    })
  })
  return merged([...named, ...chosen])
}

function configuredFolders(config: ResolvedConfig, cwd: string): string[] {
  const { suites } = config.extension(pythonExtension)
  // What stands in a file counts from that file on.
  const inFile = config.file !== undefined && config.origin('python.suites').startsWith('file ')
  return suites.map((folder) => resolve(inFile ? dirname(config.file ?? cwd) : cwd, folder))
}

/** Folders of the package that hold handlers. */
function packagedFolders(): string[] {
  const root = join(suitesFolder(), 'python')
  if (!existsSync(root)) return []
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [root, ...folders.map(({ name }) => join(root, name))].filter((folder) => handlerFiles(folder).length > 0)
}

function suiteOf(path: string): PythonSuite {
  const file = path.replace(/:\d+$/, '')
  const found = existsSync(file) ? file : existsSync(path) ? path : undefined
  if (found === undefined) {
    throw new ConfigError('CONFIG_TESTS', `There is no file or folder ${path}.`, {
      remedy: 'Name a file test_….py, or a folder that holds such files.',
    })
  }
  if (!statSync(found).isDirectory()) return fileAsSuite(path, found)
  const files = handlerFiles(found)
  if (files.length === 0) {
    throw new ConfigError('CONFIG_TESTS', `In ${found} there is no file test_….py.`, {
      remedy:
        'Files of handlers have names that begin with test_ and end with .py. Folders in it are suites of their own.',
    })
  }
  return { name: basename(found), folder: found, files }
}

function fileAsSuite(path: string, file: string): PythonSuite {
  if (!isHandlerFile(basename(file))) {
    throw new ConfigError('CONFIG_TESTS', `${file} is no file of handlers.`, {
      remedy: 'Files of handlers have names that begin with test_ and end with .py.',
    })
  }
  const folder = dirname(file)
  return { name: basename(folder), folder, files: [path] }
}

function handlerFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory())
  const names = entries.map(({ name }) => name).filter(isHandlerFile)
  return names.toSorted().map((name) => join(folder, name))
}

/** The module of the earlier framework is called like a file of tests, and may lie where those are. */
function isHandlerFile(name: string): boolean {
  return /^test_.*\.py$/.test(name) && name !== 'test_rig_python.py'
}

/** One suite a folder. */
function merged(suites: readonly PythonSuite[]): readonly PythonSuite[] {
  const folders = [...new Set(suites.map(({ folder }) => folder))]
  return folders.map((folder) => {
    const same = suites.filter((suite) => suite.folder === folder)
    return { name: basename(folder), folder, files: [...new Set(same.flatMap(({ files }) => files))] }
  })
}
