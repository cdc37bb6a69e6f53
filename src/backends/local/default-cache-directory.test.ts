import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { defaultCacheDirectory } from './default-cache-directory.ts'

test('VITEST_TIDB_CACHE comes first, then XDG_CACHE_HOME, then the usual place of the system', () => {
  expect(defaultCacheDirectory({ VITEST_TIDB_CACHE: 'here', XDG_CACHE_HOME: '/xdg' }, 'linux')).toBe(resolve('here'))
  expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/xdg' }, 'linux')).toBe('/xdg/vitest-tidb')
  expect(defaultCacheDirectory({ VITEST_TIDB_CACHE: '' }, 'linux')).toBe(join(homedir(), '.cache', 'vitest-tidb'))
  expect(defaultCacheDirectory({}, 'darwin')).toBe(join(homedir(), 'Library', 'Caches', 'vitest-tidb'))
  expect(defaultCacheDirectory({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/vitest-tidb')
})
