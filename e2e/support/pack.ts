import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder in which the packed toolkit is installed, as in a user's project. */
    installed: string
  }
}

const run = promisify(execFile)

/** Packs the toolkit as npm would publish it and installs the package in an empty project, once for all tests. */
export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-e2e-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    project.provide('installed', await install(project.config.root, folder))
  } catch (error) {
    // Vitest calls no teardown when the setup has failed.
    await remove()
    throw error
  }
  return remove
}

async function install(root: string, folder: string): Promise<string> {
  const installed = join(folder, 'project')
  await mkdir(installed)
  await run('npm', ['run', 'build'], { cwd: root, maxBuffer: 1 << 26 })
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  })
  const [packed] = Object.values(JSON.parse(stdout) as Record<string, { filename: string }>)
  await writeFile(join(installed, 'package.json'), JSON.stringify({ name: 'shop', private: true, type: 'module' }))
  const tarball = join(folder, packed?.filename ?? '')
  // zod is for extensions of the configuration, of which the toolkit brings its own for itself; fast-check for random queries.
  const packages = [tarball, 'vitest@5', 'zod@4', 'fast-check@4']
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages], {
    cwd: installed,
    maxBuffer: 1 << 26,
  })
  return installed
}
