import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences and notices, as Go modules name them. */
const NOTICE = /^(licen[cs]e|copying|notice|patents|unlicense)([.-]|$)/i

/**
 * The licences and notices of every module that is compiled into a Go program, from Go's module cache. The program
 * itself says which they are (https://pkg.go.dev/runtime/debug#BuildInfo).
 *
 * @throws Error when a module is not in the cache, or has no licence
 */
export function goModuleLicenses(binary: string): string {
  const [cache = '', goRoot = ''] = execFileSync('go', ['env', 'GOMODCACHE', 'GOROOT'], { encoding: 'utf8' }).split(
    '\n',
  )
  const told = execFileSync('go', ['version', '-m', binary], { encoding: 'utf8' })
  const modules = modulesIn(told)
  if (modules.length === 0) throw new Error(`${binary} does not say which modules it was built from`)
  const standardLibrary = `Go and its standard library\n\n${readFileSync(join(goRoot, 'LICENSE'), 'utf8').trim()}\n`
  const notices = modules.map(({ path, version }) => noticeOf(cache, path, version))
  return [...notices, standardLibrary].join(`\n${'-'.repeat(80)}\n\n`)
}

/** Lines `mod` (the program's own module) and `dep PATH VERSION SUM`; one that a line `=> PATH VERSION SUM` follows was replaced by that. */
function modulesIn(told: string): { path: string; version: string }[] {
  const lines = told.split('\n').map((line) => line.trim().split(/\s+/))
  return lines.flatMap(([word, path = '', version = ''], index) => {
    if (word !== 'mod' && word !== 'dep' && word !== '=>') return []
    return lines[index + 1]?.[0] === '=>' ? [] : [{ path, version }]
  })
}

function noticeOf(cache: string, path: string, version: string): string {
  // Capitals are escaped in the cache: https://go.dev/ref/mod#module-cache
  const folder = join(
    cache,
    `${path}@${version}`.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`),
  )
  if (!existsSync(folder)) throw new Error(`${path} ${version} is not in Go's module cache; build TiDB here first`)
  const files = readdirSync(folder)
    .filter((name) => NOTICE.test(name))
    .toSorted()
  // A module in a folder of a repository may have its licence at the repository's root only.
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').trim())
  if (texts.length === 0)
    return `${path} ${version}\n\nThis module carries no licence file of its own: see https://pkg.go.dev/${path}@${version}?tab=licenses\n`
  return `${path} ${version}\n\n${texts.join('\n\n')}\n`
}
