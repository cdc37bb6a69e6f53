import { readFileSync } from 'node:fs'
import { packageRoot } from './package-root.ts'

export function packageVersion(): string {
  const manifest = readFileSync(new URL('package.json', packageRoot()), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
