import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CliOptions, Vitest } from 'vitest/node'
import type { ViteUserConfig } from 'vitest/config'
import { rememberCommandLine, type CommandLineSources } from '../vitest/command-line.ts'
import { tidb } from '../vitest/plugin.ts'
import type { ChosenTests } from './choose-tests.ts'
import { deniedTests, renderDenied } from './denied-tests.ts'
import { exitCodeOf, FAILURE, SUCCESS } from './exit-codes.ts'
import { LOGIN } from './missing-privilege.ts'
import { packageRoot } from '../vitest/package-root.ts'
import { SignalReceived } from './signals.ts'
import { suitesFolder } from './suites.ts'

/** Runs tests in this process, as `vitest run` does. Gives the exit code. */
export async function runVitest(options: {
  readonly chosen: ChosenTests
  readonly sources: CommandLineSources
  /** Vitest's own, as on its command line. */
  readonly flags: readonly string[]
  /** Who logs in. */
  readonly user: string
  /** Whether standard output is for the result alone; what Vitest says goes to standard error then. */
  readonly json: boolean
  /** What is printed to standard output in the end. */
  readonly result?: ((vitest: Vitest, exitCode: number) => string) | undefined
  readonly signal: AbortSignal
}): Promise<number> {
  const { chosen, sources, flags, user, json, result, signal } = options
  rememberCommandLine(sources)
  // Until its global setup takes the signals over, Vitest has nothing to clean up.
  signal.addEventListener('abort', () => {
    process.exit(signal.reason instanceof SignalReceived ? exitCodeOf(signal.reason.signal) : 1)
  })
  const { parseCLI, startVitest } = await import('vitest/node')
  const { filter, options: given } = parseCLI(['vitest', 'run', ...flags])
  const { cli, vite, filters = [] } = vitestConfigFor(chosen, sources.cwd, user)
  const vitest = await startVitest(
    [...filters, ...filter],
    { ...given, ...cli, run: true, watch: false, ...(json ? { includeTaskLocation: true } : {}) },
    vite,
    json ? { stdout: process.stderr } : {},
  )
  const denied = deniedTests(vitest.state.getTestModules())
  // Reporters of Vitest leave reasons out, and standard output may be one of them that machines read.
  if (denied.privileges.size > 0) process.stderr.write(renderDenied(denied))
  const code = Number(process.exitCode ?? SUCCESS)
  const exitCode = code === SUCCESS && denied.nothingTested ? FAILURE : code
  if (result !== undefined) process.stdout.write(result(vitest, exitCode))
  return exitCode
}

interface VitestConfig {
  readonly cli: CliOptions
  readonly vite: ViteUserConfig
  readonly filters?: readonly string[]
}

function vitestConfigFor(chosen: ChosenTests, cwd: string, user: string): VitestConfig {
  if ('suites' in chosen) return suiteOptions(chosen.suites, user)
  if ('files' in chosen) return { ...fileOptions(cwd, chosen.files), filters: chosen.files }
  return pythonOptions(cwd, chosen.python, chosen.handlers, user)
}

/** Files of Python run with a configuration of their own, in whatever project they lie. */
function pythonOptions(cwd: string, files: readonly string[], handlers: readonly string[], user: string): VitestConfig {
  const paths = files.map(withoutLine)
  const lines = files.some((file) => file !== withoutLine(file))
  const names = handlers.map((name) => name.replaceAll(/[^\w ]/g, String.raw`\$&`))
  return {
    cli: {
      root: commonFolder([cwd, ...paths.map((path) => dirname(path))]),
      config: false,
      include: paths.map(escapePath),
      exclude: [],
      setupFiles: [ownFile('skip-denied')],
      provide: { [LOGIN]: user },
      server: { deps: { inline: [/\.py$/] } },
      cache: false,
      ...(names.length === 0 ? {} : { testNamePattern: `› (?:${names.join('|')})(?:\\[.*\\])?$` }),
      ...(lines ? { includeTaskLocation: true } : {}),
    } as CliOptions,
    vite: { plugins: [tidb()] },
    filters: lines ? files : [],
  }
}

/** The innermost folder that all of these lie in. */
function commonFolder([first = '/', ...others]: readonly string[]): string {
  const holds = (folder: string, path: string): boolean => path === folder || path.startsWith(join(folder, '/'))
  let folder = first
  while (!others.every((path) => holds(folder, path)) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

function withoutLine(file: string): string {
  return file.replace(/:\d+$/, '')
}

function escapePath(path: string): string {
  return path.replaceAll(/[()[\]{}!*?@+\\]/g, String.raw`\$&`)
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

/** A project without a configuration gets the plugin, and its files in other languages; one that has its own is left as it is. */
function fileOptions(cwd: string, files: readonly string[]): VitestConfig {
  const names = ['vitest', 'vite'].flatMap((name) => EXTENSIONS.map((extension) => `${name}.config.${extension}`))
  const configured = names.some((name) => existsSync(join(cwd, name)))
  // Vitest's own command does so.
  const lines = files.some((file) => /:\d+$/.test(file)) ? { includeTaskLocation: true } : {}
  if (configured) return { cli: lines, vite: {} }
  const others = files.some((file) => /\.(?:spec|py)(?::\d+)?$/.test(file)) ? { include: OTHER_LANGUAGES_TOO } : {}
  return { cli: { ...lines, ...others }, vite: { plugins: [tidb()] } }
}

/** Vitest's own, spec files of isolationtester, and handlers in Python. */
const OTHER_LANGUAGES_TOO = ['**/*.{test,spec}.?(c|m)[jt]s?(x)', '**/*.spec', '**/test_*.py']

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
