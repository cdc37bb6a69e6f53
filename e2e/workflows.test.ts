import { execFile, spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { stepsOf, type Step } from './support/workflow-steps.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

const WORKFLOWS = ['.github/workflows/ci.yml', '.github/workflows/release.yml']
const ACTIONLINT = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12'

test(
  'actionlint finds nothing in the workflows and in the example for users',
  { timeout: 600_000 },
  async ({ skip }) => {
    if (spawnSync('go', ['version']).status !== 0) return skip('actionlint is a Go module, and there is no go command')
    const files = [...WORKFLOWS, 'examples/ci/github-actions.yml']
    const { stdout } = await run('go', ['run', ACTIONLINT, ...files], { cwd: root })
    expect(stdout).toBe('')
  },
)

/**
 * What a step cannot do in the middle of a test, done by a stand-in that writes down its words: these are what this very
 * run is made of (`npm ci`, `npm test`, `.ci/run`), build for minutes, or leave the machine.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  npm: `case "$1 $2" in
  "ci "|"run check"|"run suites") ;;
  test*) ;;
  "pack "*) : > "vitest-tidb-server-$PLATFORM-0.1.0.tgz" ;;
  "publish "*) ;;
  *) exec "$REAL_NPM" "$@" ;;
esac`,
  npx: `case "$*" in
  *"main.ts install") printf '%s\\n' "$PWD/built/tidb-server" ;;
  *pack-server.ts*) mkdir -p server && cp built/tidb-server server/ && printf '{"name":"@vitest-tidb/server-%s"}' "$PLATFORM" > server/package.json ;;
  *) exec "$REAL_NPX" "$@" ;;
esac`,
  curl: 'exit 0',
  // The job of each Node in the matrix has its own.
  node: `if [ "$*" = --version ] && [ -n "$NODE_MAJOR" ]; then echo "v$NODE_MAJOR.0.0"; else exec "${process.execPath}" "$@"; fi`,
}

test.for(WORKFLOWS)('every shell step of %s runs', { timeout: 300_000 }, async (file) => {
  const place = await checkout()
  for (const step of stepsOf(await readFile(join(root, file), 'utf8'))) {
    const { status, output } = runStep(place, step)
    expect({ step: step.name, status, output }).toMatchObject({ status: 0 })
  }
  const said = await readFile(join(place, 'said'), 'utf8')
  if (file.includes('ci.yml')) {
    expect(said).toContain('.ci/run')
    const scripts = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts
    for (const [, script = ''] of said.matchAll(/^npm run (\S+)/gm)) expect(scripts).toHaveProperty([script])
    return
  }
  const published = [...said.matchAll(/^npm publish .*$/gm)].map(([line]) => line)
  expect(published).toHaveLength(5)
  for (const line of published) expect(line).toContain('--access public --dry-run')
  const { optionalDependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  expect(Object.keys(optionalDependencies).toSorted()).toEqual(
    ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'].map((platform) => `@vitest-tidb/server-${platform}`),
  )
})

/** What a step finds: the manifest, and what the steps before it have made. */
async function checkout(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'vitest-tidb-workflow-'))
  onTestFinished(() => rm(place, { recursive: true, force: true }))
  for (const folder of ['bin', '.ci', 'built', 'node_modules/.bin', 'servers']) {
    await mkdir(join(place, folder), { recursive: true })
  }
  await cp(join(root, 'package.json'), join(place, 'package.json'))
  await symlink(process.execPath, join(place, 'node_modules/.bin/node'))
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']) {
    await writeFile(join(place, 'servers', `vitest-tidb-server-${platform}-0.1.0.tgz`), '')
  }
  const commands = { ...STAND_INS, '../.ci/run': '', '../built/tidb-server': 'echo "Release Version: v8"' }
  for (const [name, script] of Object.entries(commands)) {
    const path = join(place, 'bin', name)
    const word = name.replace('../', '')
    await writeFile(path, `#!/bin/sh\necho "${word} $*" >> ${place}/said\n${script}\n`)
    await chmod(path, 0o755)
  }
  return place
}

function runStep(place: string, { script, env }: Step): { status: number | null; output: string } {
  const which = (name: string): string => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim()
  const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: place,
    encoding: 'utf8',
    env: {
      PATH: `${join(place, 'bin')}:${process.env['PATH']}`,
      HOME: place,
      REAL_NPM: which('npm'),
      REAL_NPX: which('npx'),
      ...env,
    },
  })
  return { status, output: `${stdout}${stderr}` }
}
