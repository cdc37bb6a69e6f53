import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Where what is costly to make is kept between runs: `$VITEST_TIDB_CACHE`; else `vitest-tidb` in
 * `$XDG_CACHE_HOME`, or in the system's usual place: `~/.cache`, `~/Library/Caches` or `%LOCALAPPDATA%`.
 */
export function defaultCacheDirectory(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const own = environment['VITEST_TIDB_CACHE']
  if (own !== undefined && own !== '') return resolve(own)
  const xdg = environment['XDG_CACHE_HOME']
  if (xdg !== undefined && xdg !== '') return join(resolve(xdg), 'vitest-tidb')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'vitest-tidb')
  if (platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'vitest-tidb')
  }
  return join(homedir(), '.cache', 'vitest-tidb')
}
