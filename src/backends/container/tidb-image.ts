import type { PresentImage } from './pull-image.ts'

/** Where TiDB keeps its data: /tmp, since an image's own user may write there. Absolute: TiDB reads it as a URL. */
export const DATA_DIRECTORY = '/tmp/vitest-tidb/data'
export const CONFIG_PATH = '/vitest-tidb.toml'

/**
 * As on the toolkit's own servers: schema changes wait for no other server, since there is none, and row estimates
 * do not change by themselves in the middle of a test.
 */
export const CONFIG = ['lease = "0"', '[performance]', 'stats-lease = "0"', ''].join('\n')

/** After the image's own; of two flags of one name TiDB takes the last. */
export const FLAGS = ['-path', DATA_DIRECTORY, '-L', 'warn']

/** Whether flags can be added: the image starts tidb-server itself, over its built-in store, with no configuration. */
export function runsTidbAlone({ entrypoint, command }: PresentImage): boolean {
  if (entrypoint.at(-1)?.endsWith('tidb-server') !== true) return false
  const words = [...entrypoint, ...command].flatMap((word) => word.split('='))
  if (words.some((word) => /^--?config$/.test(word))) return false
  const store = words[words.findIndex((word) => /^--?store$/.test(word)) + 1]
  return !words.some((word) => /^--?store$/.test(word)) || store === 'unistore'
}
