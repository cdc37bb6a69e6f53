// Runs dependency-cruiser over the house and distrusts its silence: every source file must have been cruised, and a
// planted upward import must be caught. (A cruiser that reads nothing finds nothing wrong.)
import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'

const folders = ['src', 'public', 'fixtures', 'suites', 'e2e', 'bench']
const planted = 'src/errors/planted-upward-import.ts'

const cruise = (...args) =>
  spawnSync('depcruise', ['--config', '.dependency-cruiser.js', ...args, ...folders], { encoding: 'utf8', maxBuffer: 1 << 28 })

const fail = (message) => {
  console.error(`check-dependencies: ${message}`)
  process.exit(1)
}

const result = cruise('--output-type', 'json')
const { modules, summary } = JSON.parse(result.stdout || fail(result.stderr))
for (const { rule, from, to, type } of summary.violations) console.error(`${rule.name}: ${from} → ${to} (${type})`)
if (summary.error > 0) fail(`${summary.error} imports break the rules of .dependency-cruiser.js`)

const cruised = new Set(modules.map((module) => module.source))
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...folders], { encoding: 'utf8' })
const sources = listed.split('\n').filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
const missed = sources.filter((file) => !cruised.has(file) && !file.includes('/projects/'))
if (missed.length > 0) fail(`these files were not cruised:\n  ${missed.join('\n  ')}`)

try {
  writeFileSync(planted, "import '../connections/session.ts'\n")
  if (cruise('--output-type', 'err').status === 0) fail('a planted upward import was not caught')
} finally {
  rmSync(planted, { force: true })
}
console.log(`dependencies: ${cruised.size} modules, no import against the ranks; a planted one was caught`)
