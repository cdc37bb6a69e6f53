// Wall time of `vitest run` with one SQL test and a warm cache, against the same run with one empty test and no plugin,
// plus what starting a TiDB takes.
import { execFile, execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openSession } from '../src/connections/open-session.ts'
import { localBackend } from './local-tidb.ts'
import { alternate, publish, timed } from './measure.ts'

const PAIRS = 12
const repository = fileURLToPath(new URL('..', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-one-test-'))
const { running } = await localBackend()

try {
  execFileSync('npm', ['run', 'build'], { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] })
  await install()
  const withTidb = await project('with-tidb', {
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'\nimport { tidb } from 'vitest-tidb/plugin'\nexport default defineConfig({ plugins: [tidb()] })\n`,
    'one.test.ts': `import { test, expect } from 'vitest-tidb'\ntest('one', async ({ db }) => {\n  await expect(db.query\`SELECT 1 AS one\`).toReturnRows([{ one: 1 }])\n})\n`,
  })
  const plain = await project('plain', {
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'\nexport default defineConfig({})\n`,
    'one.test.ts': `import { test } from 'vitest'\ntest('one', () => {})\n`,
  })
  await vitest(withTidb)
  await vitest(plain)
  const starts: number[] = []
  const { ours, peer } = await alternate(
    PAIRS,
    () => timed(() => vitest(withTidb)),
    async () => {
      const start = await startTime()
      starts.push(start)
      return start + (await timed(() => vitest(plain)))
    },
  )
  await publish([
    {
      bench: 'one-test',
      title: 'vitest run with one SQL test, warm cache',
      unit: 'ms',
      better: 'lower',
      peer: 'vitest run with one empty test and no plugin, plus the start of one TiDB until a query is answered',
      oursSamples: ours,
      peerSamples: peer,
      percentiles: [50, 95],
      target: 1.25,
    },
  ])
} finally {
  await running.stop()
  await rm(folder, { recursive: true, force: true })
}

/** The package as npm would install it; its dependencies are this repository's. */
async function install(): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(join(repository, 'node_modules'))) {
    if (!name.startsWith('.')) await symlink(join(repository, 'node_modules', name), join(modules, name))
  }
  const target = join(modules, 'vitest-tidb')
  for (const part of ['dist', 'embedded/tidb', 'package.json']) {
    await cp(join(repository, part), join(target, part), { recursive: true })
  }
}

async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(folder, name)
  await mkdir(path)
  await writeFile(join(path, 'package.json'), '{"type":"module"}')
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text)
  return path
}

async function vitest(path: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), 'run'], { cwd: path })
}

async function startTime(): Promise<number> {
  let server: Awaited<ReturnType<typeof running.openServer>> | undefined
  const milliseconds = await timed(async () => {
    server = await running.openServer()
    const session = await openSession({ name: 'bench', endpoint: server.endpoint })
    await session.query`SELECT 1`
    await session.close()
  })
  await server?.stop()
  return milliseconds
}
