import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BackendError } from '../../errors/backend-error.ts'

/** One of the Go modules in this package's own folder, whether it runs from source or built. */
export function moduleFolder(name: string, from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && nameIn(manifest) === 'vitest-tidb') return join(folder, 'embedded', name)
    if (folder === dirname(folder)) {
      throw new BackendError(
        'BACKEND_BUILD',
        `The package is incomplete: no package.json of vitest-tidb above ${from}.`,
        {
          remedy: 'Install vitest-tidb again. A bundler must leave the package external.',
        },
      )
    }
  }
}

function nameIn(manifest: string): unknown {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name
}
