import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackendError } from '../errors/backend-error.ts'

/** The reaper's file: beside this one in source; in a build, at the root of the folder that the chunks are in. */
export function reaperScript(from: string = fileURLToPath(import.meta.url)): string {
  const name = `reaper${extname(from)}`
  const searched: string[] = []
  for (let folder = dirname(from); searched.length < 4; folder = dirname(folder)) {
    const file = join(folder, name)
    if (existsSync(file)) return file
    searched.push(file)
  }
  throw new BackendError('BACKEND_REAPER', `The package is incomplete: none of ${searched.join(', ')} exists.`, {
    remedy: 'Install vitest-tidb again. A bundler must leave the package external.',
  })
}
