// Runs dependency-cruiser over the house and distrusts its silence: every source file must have been cruised, and
// planted imports that break its rules must be caught. (A cruiser that reads nothing finds nothing wrong.)
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const folders = ['src', 'public', 'fixtures', 'suites', 'e2e', 'bench', 'scripts']

/** What each planted file imports, and the rule that must catch it. */
const planted = {
  'src/errors/upward.ts': ['../connections/planted.ts', 'rank-of-errors'],
  'src/clock/sideways.ts': ['../errors/planted.ts', 'rank-of-clock'],
  'src/hall/planted.ts': ['../errors/planted.ts', 'room-without-rank'],
  'src/databases/to-fixtures.ts': ['../../fixtures/planted.ts', 'src-is-the-lowest-storey'],
  'src/connections/main-process.ts': ['vitest/node', 'vitest-node-in-the-main-process'],
  'fixtures/to-plugin.ts': ['../src/vitest/planted.ts', 'fixtures-stay-in-the-worker'],
  'suites/ddl/back-door.test.ts': ['../../src/errors/planted.ts', 'suites-use-the-public-door'],
  'src/config/one.ts': ['./other.ts', 'no-cycle'],
  'src/config/lost.ts': ['./nowhere.ts', 'resolvable'],
}
const targets = ['src/connections', 'src/errors', 'src/vitest', 'fixtures'].map((folder) => `${folder}/planted.ts`)
const backwards = ['src/config/other.ts', "import './one.ts'\n"]

const inHouse = cruise(process.cwd(), folders)
const wrong = inHouse.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
if (wrong.length > 0) fail('these imports break the rules of .dependency-cruiser.js', wrong)

const cruised = new Set(inHouse.modules.map((module) => module.source))
const missed = sourceFiles().filter((file) => !cruised.has(file))
if (missed.length > 0) fail('these files were not cruised', missed)

const uncaught = uncaughtPlants()
if (uncaught.length > 0) fail('these planted imports were not caught', uncaught)

console.log(
  `dependencies: ${cruised.size} modules, no import against the rules; ${Object.keys(planted).length} planted ones were caught`,
)

function cruise(cwd, inFolders) {
  const args = ['--config', '.dependency-cruiser.js', '--output-type', 'json', ...inFolders]
  const { stdout, stderr, error } = spawnSync('depcruise', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (stdout === null || stdout === '') fail('dependency-cruiser gave no result', [stderr, String(error ?? '')])
  return JSON.parse(stdout)
}

function sourceFiles() {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', ...folders]
  const files = execFileSync('git', args, { encoding: 'utf8' }).split('\n')
  const deleted = new Set(execFileSync('git', ['ls-files', '--deleted'], { encoding: 'utf8' }).split('\n'))
  return files.filter((file) => /\.[jt]sx?$/.test(file) && !file.endsWith('.d.ts') && !deleted.has(file))
}

/** The same rules over a small house that breaks each of them. */
function uncaughtPlants() {
  const house = mkdtempSync(join(tmpdir(), 'vitest-tidb-rules-'))
  try {
    for (const file of ['.dependency-cruiser.js', 'tsconfig.json', 'package.json']) cpSync(file, join(house, file))
    symlinkSync(join(process.cwd(), 'node_modules'), join(house, 'node_modules'))
    for (const target of targets) write(house, target, 'export {}\n')
    write(house, ...backwards)
    for (const [file, [imported]] of Object.entries(planted)) write(house, file, `import '${imported}'\n`)
    const { summary } = cruise(house, ['src', 'fixtures', 'suites'])
    const caught = new Set(summary.violations.map(({ rule, from }) => `${rule.name} ${from}`))
    return Object.entries(planted)
      .filter(([file, [, rule]]) => !caught.has(`${rule} ${file}`))
      .map(([file, [imported, rule]]) => `${rule}: ${file} → ${imported}`)
  } finally {
    rmSync(house, { recursive: true, force: true })
  }
}

function write(house, file, text) {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  writeFileSync(join(house, file), text)
}

function fail(message, lines) {
  console.error(`check-dependencies: ${message}:\n  ${lines.join('\n  ')}`)
  process.exit(1)
}
