import { existsSync, readFileSync } from 'node:fs'

/** The version of this package, wherever below its root the code was bundled to. */
export function packageVersion(): string {
  for (let directory = new URL('.', import.meta.url); ; directory = new URL('..', directory)) {
    const manifest = new URL('package.json', directory)
    if (existsSync(manifest)) {
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
      return version
    }
    if (new URL('..', directory).href === directory.href) throw new Error('the package.json of vitest-tidb is missing')
  }
}
