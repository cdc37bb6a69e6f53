// Runs the suites that test TiDB itself, on the backend that is named:
//   npm run suites -- [--backend NAME] [--smoke] [flags and filters of Vitest]
// `--smoke` runs a named few that touch each kind of work. For `external` a TiDB is started when TIDB_HOST names none.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startTidb } from '../src/cli/start-tidb.ts'
import { backendSettings } from '../src/config/backend-settings.ts'
import { resolveConfig } from '../src/config/resolve-config.ts'
import { terminalProgress } from '../src/logging/terminal-progress.ts'

const SMOKE = [
  'suites/coordination/first-steps.test.ts',
  'suites/ddl/metadata-lock.test.ts',
  'suites/ddl/unique-email.test.ts',
  'suites/isolation/lost-update.spec',
  'suites/machine/connection-workflow.test.ts',
  'suites/python/txn/test_locks.py',
  'suites/scale/concurrent-counters.test.ts',
  'suites/txn/deadlock.test.ts',
  'suites/txn/row-lock-story.test.ts',
]

const root = fileURLToPath(new URL('..', import.meta.url))
const { backend, smoke, rest } = read(process.argv.slice(2))
const external = backend === 'external' && (process.env['TIDB_HOST'] ?? '') === '' ? await startExternal() : undefined
try {
  process.exitCode = await vitest({ ...(backend === undefined ? {} : { TIDB_BACKEND: backend }), ...external?.env })
} finally {
  await external?.stop()
}

function read(words: readonly string[]): { backend: string | undefined; smoke: boolean; rest: readonly string[] } {
  // Vitest's own flags are not known here: only ours are taken out.
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    options: { backend: { type: 'string' } },
  })
  const ours = tokens.filter((token) => token.kind === 'option' && ['backend', 'smoke'].includes(token.name))
  const named = ours.find((token) => token.kind === 'option' && token.name === 'backend')
  const backend = named?.kind === 'option' ? named.value : undefined
  const kinds: readonly string[] = backendSettings['backend.kind'].schema.options
  if (named !== undefined && (backend === undefined || !kinds.includes(backend))) {
    console.error(`--backend ${backend ?? ''} is none of ${kinds.join(', ')}.`)
    process.exit(2)
  }
  const taken = new Set(ours.flatMap((token) => wordsOf(token, words)))
  return {
    backend,
    smoke: ours.some((token) => token.kind === 'option' && token.name === 'smoke'),
    rest: words.filter((_, index) => !taken.has(index)),
  }
}

/** `--backend NAME` is two words, `--backend=NAME` and `--smoke` are one. */
function wordsOf(token: { readonly index: number }, words: readonly string[]): number[] {
  return words[token.index] === '--backend' ? [token.index, token.index + 1] : [token.index]
}

async function vitest(env: NodeJS.ProcessEnv): Promise<number> {
  const suites = readdirSync(`${root}/suites`, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const projects = suites.flatMap(({ name }) => ['--project', name])
  const args = [`${root}/node_modules/vitest/vitest.mjs`, 'run', ...projects, ...(smoke ? SMOKE : []), ...rest]
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  // Ctrl-C reaches Vitest by itself, and it ends in order; so this process must wait for it.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

async function startExternal(): Promise<{ env: NodeJS.ProcessEnv; stop(): Promise<void> }> {
  using progress = terminalProgress(process.stderr)
  const config = resolveConfig({ cwd: root, env: { ...process.env, TIDB_BACKEND: 'auto' } })
  const { server, banner, stop } = await startTidb(config, progress, new AbortController().signal)
  const { host, port, statusPort } = server.endpoint
  progress.note(`The external server: ${banner}`)
  return { env: { TIDB_HOST: `${host}:${port}`, TIDB_STATUS_PORT: String(statusPort) }, stop }
}
