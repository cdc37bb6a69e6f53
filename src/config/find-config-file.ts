import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ConfigError } from '../errors/config-error.ts'

export const CONFIG_FILES = ['tidb-test.config.json', 'tidb-test.config.toml', 'tidb-test.config.ts'] as const
/** What an earlier framework called them. They count where none of today's names is there, in this order. */
const EARLIER_FILES = ['tidb_config.json', 'tidb_config.toml', 'config/tidb.json', 'config/tidb.toml'] as const

/**
 * The first configuration file from `cwd` upward to the nearest folder with a package.json (only in `cwd` when there is
 * none above it).
 *
 * @throws ConfigError `CONFIG_FILE_AMBIGUOUS`
 */
export function findConfigFile(cwd: string): string | undefined {
  for (const directory of directoriesToSearch(cwd)) {
    const found = CONFIG_FILES.filter((name) => existsSync(join(directory, name)))
    if (found.length > 1) {
      throw new ConfigError(
        'CONFIG_FILE_AMBIGUOUS',
        `${found.length === 2 ? 'Two' : found.length} configuration files are in ${directory}: ${found.join(', ')}.`,
        { remedy: 'Keep one of them, or name one with --config or TIDB_TEST_CONFIG.' },
      )
    }
    const name = found[0] ?? EARLIER_FILES.find((earlier) => existsSync(join(directory, earlier)))
    if (name !== undefined) return join(directory, name)
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
