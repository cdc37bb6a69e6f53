import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { inject, onTestFinished } from 'vitest'

export interface Finished {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Standard output and standard error, as they came, without colours. */
  readonly output: string
}

export interface Running {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  /** What was printed so far. */
  output(): string
  /** Resolves when the output matches; rejects when the process ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
}

const CONFIG = `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({ plugins: [tidb()] })
`

/** A small project of a user, in a folder of its own, in which the packed toolkit is installed. */
export class UserProject {
  readonly folder: string
  /** Temporary folder of all that runs here, so that what is left behind is found. */
  readonly temporary: string

  private constructor(folder: string) {
    this.folder = folder
    this.temporary = join(folder, 'tmp')
  }

  static async create(files: Readonly<Record<string, string>>): Promise<UserProject> {
    const folder = await mkdtemp(join(inject('installed'), 'case-'))
    const project = new UserProject(folder)
    await mkdir(project.temporary)
    for (const [name, text] of Object.entries({ 'vitest.config.ts': CONFIG, ...files })) await project.write(name, text)
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    return project
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }

  /** The lines of a file of JSON lines. */
  async readLines<T>(name: string): Promise<T[]> {
    const text = await readFile(join(this.folder, name), 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as T)
  }

  /** The files in a folder, by their names from there on, as text whatever they are. */
  async filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
    const root = join(this.folder, folder)
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    const texts = paths.map(async (path) => [relative(root, path), await readFile(path, 'latin1')] as const)
    return new Map(await Promise.all(texts))
  }

  /** Runs Vitest and waits for its end. */
  vitest(args: readonly string[] = ['run'], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.start(args, env).finished
  }

  start(args: readonly string[] = ['run'], env: NodeJS.ProcessEnv = {}): Running {
    return this.node([join(inject('installed'), 'node_modules/vitest/vitest.mjs'), ...args], env)
  }

  /** Starts Node in the project's folder, on this machine's TiDB unless `env` says otherwise. */
  node(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...cleanEnvironment(), TMPDIR: this.temporary, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    return running(child)
  }

  /** What the runs left in their temporary folder. */
  async leftovers(): Promise<string[]> {
    const found = await readdir(this.temporary, { recursive: true, withFileTypes: true })
    return found.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
  }

  /** Process ids of TiDB servers that were started by runs of this project. */
  async servers(): Promise<number[]> {
    const found = await this.processes()
    return found
      .filter(({ command }) => command.includes(this.temporary) && command.includes('unistore'))
      .map(({ pid }) => pid)
  }

  /** Processes of Python that were started by runs of this project. */
  async pythons(): Promise<number[]> {
    const running = (await this.#ofProcesses('cmdline')).filter(({ text }) => /^[^\0]*python/.test(text))
    const own = (await this.#ofProcesses('environ')).filter(({ text }) => text.includes(this.temporary))
    return running.filter(({ pid }) => own.some((process) => process.pid === pid)).map(({ pid }) => pid)
  }

  /** Processes whose command line names this project's folder. */
  async processes(): Promise<{ pid: number; command: string }[]> {
    const found = (await this.#ofProcesses('cmdline')).map(({ pid, text }) => ({ pid, command: text }))
    return found.filter(({ command }) => command.includes(this.folder))
  }

  async #ofProcesses(file: 'cmdline' | 'environ'): Promise<{ pid: number; text: string }[]> {
    const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    return Promise.all(
      names.map(async (name) => ({
        pid: Number(name),
        text: await readFile(`/proc/${name}/${file}`, 'utf8').catch(() => ''),
      })),
    )
  }
}

/** The environment less what would make the inner Vitest behave like the outer one. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|TEST|NODE_ENV|npm_|FORCE_COLOR|DEV|PROD|MODE|SSR|BASE_URL)/.test(name),
  )
  return { ...Object.fromEntries(kept), CI: '1', NO_COLOR: '1' }
}

function running(child: ChildProcess): Running {
  let text = ''
  const changed = new Set<() => void>()
  const read = (chunk: Buffer): void => {
    text += stripVTControlCharacters(chunk.toString())
    for (const listener of changed) listener()
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, output: text }))
  })
  return {
    child,
    finished,
    output: () => text,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text)
          if (match === null) return
          changed.delete(look)
          resolve(match)
        }
        changed.add(look)
        look()
        void finished.then(({ output }) =>
          reject(new Error(`the process ended before it printed ${pattern}:\n${output}`)),
        )
      }),
  }
}
