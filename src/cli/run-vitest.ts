import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CliOptions } from 'vitest/node'
import type { ViteUserConfig } from 'vitest/config'
import { rememberCommandLine, type CommandLineSources } from '../vitest/command-line.ts'
import { tidb } from '../vitest/plugin.ts'
import { startFailure } from '../vitest/start-failure.ts'
import type { ChosenTests } from './choose-tests.ts'
import { deniedTests, renderDenied } from './denied-tests.ts'
import { exitCodeOf, FAILURE, SUCCESS } from './exit-codes.ts'
import { LOGIN } from './missing-privilege.ts'
import { packageRoot } from './package-root.ts'
import { runResult } from './run-result.ts'
import { SignalReceived } from './signals.ts'
import { suitesFolder } from './suites.ts'

/** Runs tests in this process, as `vitest run` does. Gives the exit code, and with `json` prints a RunResult. */
export async function runVitest(options: {
  readonly chosen: ChosenTests
  readonly sources: CommandLineSources
  /** Vitest's own, as on its command line. */
  readonly flags: readonly string[]
  /** Who logs in. */
  readonly user: string
  /** Whether standard output is for the result alone; what Vitest says goes to standard error then. */
  readonly json: boolean
  readonly signal: AbortSignal
}): Promise<number> {
  const { chosen, sources, flags, user, json, signal } = options
  rememberCommandLine(sources)
  // Until its global setup takes the signals over, Vitest has nothing to clean up.
  signal.addEventListener('abort', () => {
    process.exit(signal.reason instanceof SignalReceived ? exitCodeOf(signal.reason.signal) : 1)
  })
  const { parseCLI, startVitest } = await import('vitest/node')
  const { filter, options: given } = parseCLI(['vitest', 'run', ...flags])
  const { cli, vite } = 'suites' in chosen ? suiteOptions(chosen.suites, user) : fileOptions(sources.cwd, chosen.files)
  const filters = 'files' in chosen ? [...chosen.files, ...filter] : filter
  const vitest = await startVitest(
    filters,
    { ...given, ...cli, run: true, watch: false, ...(json ? { includeTaskLocation: true } : {}) },
    vite,
    json ? { stdout: process.stderr } : {},
  )
  const denied = deniedTests(vitest.state.getTestModules())
  // Reporters of Vitest leave reasons out, and standard output may be one of them that machines read.
  if (denied.privileges.size > 0) process.stderr.write(renderDenied(denied))
  const code = Number(process.exitCode ?? SUCCESS)
  const exitCode = code === SUCCESS && denied.nothingTested ? FAILURE : code
  if (json) {
    process.stdout.write(`${JSON.stringify(runResult(vitest, exitCode, startFailure()), null, 2)}\n`)
  }
  return exitCode
}

interface VitestConfig {
  readonly cli: CliOptions
  readonly vite: ViteUserConfig
}

/** The suites live in a folder that is none of the user's business, with a configuration of their own. */
function suiteOptions(suites: readonly string[], user: string): VitestConfig {
  const root = suitesFolder()
  return {
    cli: {
      root,
      config: false,
      include: suites.map((suite) => `${suite}/**/{*.test.ts,*.spec,test_*.py}`),
      // By default node_modules is left out, which is where an installed package is.
      exclude: [],
      setupFiles: [ownFile('skip-denied')],
      provide: { [LOGIN]: user },
      // Node strips no types in node_modules; Vite does.
      server: { deps: { inline: [/[\\/]suites[\\/]/] } },
      cache: false,
    } as CliOptions,
    vite: { plugins: [tidb()], resolve: { alias: ownAliases() } },
  }
}

/** A project without a configuration gets the plugin, and its spec files; one that has its own is left as it is. */
function fileOptions(cwd: string, files: readonly string[]): VitestConfig {
  const names = ['vitest', 'vite'].flatMap((name) => EXTENSIONS.map((extension) => `${name}.config.${extension}`))
  const configured = names.some((name) => existsSync(join(cwd, name)))
  // Vitest's own command does so.
  const lines = files.some((file) => /:\d+$/.test(file)) ? { includeTaskLocation: true } : {}
  if (configured) return { cli: lines, vite: {} }
  const specs = files.some((file) => /\.spec(?::\d+)?$/.test(file)) ? { include: SPECS_TOO } : {}
  return { cli: { ...lines, ...specs }, vite: { plugins: [tidb()] } }
}

/** Vitest's own, and spec files of isolationtester. */
const SPECS_TOO = ['**/*.{test,spec}.?(c|m)[jt]s?(x)', '**/*.spec']

const EXTENSIONS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']

/** The suites test this very package, whatever else is installed. */
function ownAliases(): { find: RegExp; replacement: string }[] {
  return ['index', 'plugin', 'engine'].map((name) => ({
    find: new RegExp(name === 'index' ? '^vitest-tidb$' : `^vitest-tidb/${name}$`),
    replacement: ownFile(name, 'public'),
  }))
}

/** A file of the bundle, or of the sources when there is no bundle around this file. */
function ownFile(name: string, sourceFolder = 'src/cli'): string {
  const bundled = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  return existsSync(bundled) ? bundled : fileURLToPath(new URL(`${sourceFolder}/${name}.ts`, packageRoot()))
}
