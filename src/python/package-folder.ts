import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PythonError } from '../errors/python-error.ts'

/** The folder `python` of this package, whether it runs from source or built: Python's import root. */
export function pythonFolder(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && nameIn(manifest) === 'vitest-tidb') return join(folder, 'python')
    if (folder === dirname(folder)) {
      throw new PythonError(
        'PYTHON_PACKAGE',
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
