import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** A folder in which the toolkit is installed as npm would do it; its dependencies are this repository's. */
export class Installed {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Builds the toolkit first. */
  static async create(): Promise<Installed> {
    execFileSync('npm', ['run', 'build'], { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] })
    const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-bench-'))
    const modules = join(folder, 'node_modules')
    await mkdir(modules)
    for (const name of await readdir(join(repository, 'node_modules'))) {
      if (!name.startsWith('.')) await symlink(join(repository, 'node_modules', name), join(modules, name))
    }
    for (const part of ['dist', 'embedded/tidb', 'python', 'package.json']) {
      await cp(join(repository, part), join(modules, 'vitest-tidb', part), { recursive: true })
    }
    return new Installed(folder)
  }

  /** A project of a user, by its path. */
  async project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const path = join(this.#folder, name)
    await mkdir(path)
    await writeFile(join(path, 'package.json'), '{"type":"module"}')
    for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text)
    return path
  }

  /** The folder of the package's built files. */
  get dist(): string {
    return join(this.#folder, 'node_modules/vitest-tidb/dist')
  }

  /** Of Vitest's command. */
  get vitestPath(): string {
    return join(this.#folder, 'node_modules/vitest/vitest.mjs')
  }

  /** Runs Vitest in a project to its end. @throws Error when a test fails */
  async vitest(path: string): Promise<void> {
    await promisify(execFile)(process.execPath, [this.vitestPath, 'run'], { cwd: path })
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
