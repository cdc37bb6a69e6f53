// Packs the package as npm would publish it, once, and has publint and "Are the Types Wrong?" look at that file.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'vitest-tidb-package-'))
try {
  // `prepack` builds.
  execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [file] = readdirSync(folder)
  const tarball = join(folder, file ?? '')
  const checks = [
    ['publint', tarball, '--strict'],
    // A package for Node that is only ESM cannot be required, and is not meant to be.
    ['attw', tarball, '--profile', 'esm-only'],
  ]
  for (const [command = '', ...args] of checks) {
    const { status } = spawnSync(command, args, { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
