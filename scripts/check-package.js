// Packs the package as npm would publish it, once, and has publint and "Are the Types Wrong?" look at that file.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LICENSES = 'THIRD-PARTY-LICENSES.txt'

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
  const unlicensed = packagesWithoutLicense(tarball)
  if (unlicensed.length > 0) {
    console.error(`dist/${LICENSES} lacks the licences of what is bundled: ${unlicensed.join(', ')}`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** By the source maps, which name every file that code was taken from. */
function packagesWithoutLicense(tarball) {
  execFileSync('tar', ['-xzf', tarball, '-C', folder])
  const dist = join(folder, 'package', 'dist')
  const maps = readdirSync(dist).filter((name) => name.endsWith('.map'))
  const sources = maps.flatMap((name) => JSON.parse(readFileSync(join(dist, name), 'utf8')).sources)
  const bundled = new Set(
    sources.flatMap((source) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []),
  )
  if (bundled.size === 0) throw new Error('the source maps name no bundled package, although zod is bundled')
  const file = join(dist, LICENSES)
  const notices = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return [...bundled].filter((name) => !notices.match(new RegExp(`^${name} \\d`, 'm')))
}
