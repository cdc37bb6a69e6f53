import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { BackendError } from '../errors/backend-error.ts'

/**
 * A file of this package that is run by itself: beside `from` in source; in a build, at the root of the folder that the
 * chunks are in.
 *
 * @throws BackendError with the given code
 */
export function ownScript(script: string, from: string, code: string): string {
  const name = `${script}${extname(from)}`
  const searched: string[] = []
  for (let folder = dirname(from); searched.length < 4; folder = dirname(folder)) {
    const file = join(folder, name)
    if (existsSync(file)) return file
    searched.push(file)
  }
  throw new BackendError(code, `The package is incomplete: none of ${searched.join(', ')} exists.`, {
    remedy: 'Install vitest-tidb again. A bundler must leave the package external.',
  })
}
