import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Catalog } from '../config/catalog.ts'
import { checkSetting } from '../config/check-setting.ts'
import { fromCommandLine } from '../config/named-values.ts'
import { resolveConfig } from '../config/resolve-config.ts'
import type { Setting } from '../config/setting.ts'
import { ConfigError } from '../errors/config-error.ts'
import { renderConfigFile } from './render-config-file.ts'

/**
 * Writes a configuration file that has been read back and checked.
 *
 * @throws ConfigError `CONFIG_FILE_EXISTS`, `CONFIG_FILE_FORMAT`, and what reading it throws
 */
export function writeConfigFile(options: {
  readonly path: string
  readonly format: 'toml' | 'json' | undefined
  readonly force: boolean
  /** By option name. */
  readonly given: Readonly<Record<string, string | boolean | undefined>>
  readonly catalog: Catalog
}): void {
  const path = resolve(options.path)
  const format = formatOf(path, options.format)
  if (existsSync(path) && !options.force) {
    throw new ConfigError('CONFIG_FILE_EXISTS', `${options.path} is there already.`, {
      remedy: 'Name another file, or replace it with --force.',
    })
  }
  const { settings } = fromCommandLine(options.given, options.catalog, { cwd: process.cwd() })
  for (const setting of settings) assertRight(setting, options.catalog)
  const moved = settings.map((setting) => ({ ...setting, value: fromFile(path, setting, options.catalog) }))
  const text = renderConfigFile(format, { settings: moved, catalog: options.catalog, schema: schemaFor(path) })
  // Beside the final place, as relative paths in it start there.
  const draft = join(dirname(path), `.tidb-test-${process.pid}.${format}`)
  writeFileSync(draft, text, { flag: 'wx' })
  try {
    resolveConfig({ cwd: dirname(path), env: {}, file: draft })
    renameSync(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Told of the option that gave it; what is wrong in the file would be told of a line that nobody has written. */
function assertRight(setting: Setting, catalog: Catalog): void {
  const definition = catalog.definition(setting.key)
  const checked = definition === undefined ? undefined : checkSetting(setting, definition)
  if (checked === undefined || 'value' in checked) return
  const { where, what, remedy } = checked.problem
  throw new ConfigError('CONFIG_INVALID', `${where}: ${what}.`, { remedy })
}

/** A relative path was meant from the working directory; in the file it starts at the file. */
function fromFile(file: string, { key, value }: Setting, catalog: Catalog): unknown {
  if (catalog.definition(key)?.path !== true || typeof value !== 'string' || isAbsolute(value)) return value
  return value.startsWith('~') ? value : relative(dirname(file), resolve(value))
}

const SCHEMA = 'node_modules/vitest-tidb/tidb-test.schema.json'

/** From the file on: in the folder where Node would find the package; beside the file, when it is installed nowhere. */
function schemaFor(file: string): string {
  const from = dirname(file)
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, SCHEMA)
    if (existsSync(found)) {
      const path = relative(from, found).replaceAll('\\', '/')
      return path.startsWith('.') ? path : `./${path}`
    }
    if (dirname(folder) === folder) return `./${SCHEMA}`
  }
}

function formatOf(path: string, wanted: 'toml' | 'json' | undefined): 'toml' | 'json' {
  const extension = extname(path).slice(1).toLowerCase()
  if ((extension === 'toml' || extension === 'json') && (wanted === undefined || wanted === extension)) return extension
  throw new ConfigError(
    'CONFIG_FILE_FORMAT',
    `The name ${path} does not end as a ${wanted ?? 'TOML or JSON'} file does.`,
    {
      remedy: 'Name it *.toml or *.json; a file without another name is tidb-test.config.toml.',
    },
  )
}
