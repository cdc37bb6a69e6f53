import { existsSync } from 'node:fs'

/** The folder of this package, wherever below it the code was bundled to. */
export function packageRoot(): URL {
  for (let directory = new URL('.', import.meta.url); ; directory = new URL('..', directory)) {
    if (existsSync(new URL('package.json', directory))) return directory
    if (new URL('..', directory).href === directory.href) throw new Error('the package.json of vitest-tidb is missing')
  }
}
