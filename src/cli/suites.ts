import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../vitest/package-root.ts'

/** The folder of the suites that ship with the package. */
export function suitesFolder(): string {
  return fileURLToPath(new URL('suites', packageRoot()))
}

/** Names of the suites that ship with the package. */
export function suiteNames(): readonly string[] {
  const folder = suitesFolder()
  if (!existsSync(folder)) return []
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders.map(({ name }) => name).toSorted()
}
