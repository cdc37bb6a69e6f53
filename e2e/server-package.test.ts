import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { goModuleLicenses } from '../scripts/go-module-licenses.ts'
import { bareMachine, noTidb } from './support/bare-machine.ts'
import { PASSING } from './support/passing-test.ts'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const run = promisify(execFile)
const script = fileURLToPath(new URL('../scripts/pack-server.ts', import.meta.url))

test('with the package of a built server a suite runs where there is no Go, and a changed server does not', async ({
  skip,
}) => {
  const project = await UserProject.create({
    'a.test.ts': PASSING,
    'package.json': '{ "name": "shop", "private": true, "type": "module" }',
    'licenses.txt': 'Licences are collected in the release.',
  })
  const built = await tidbTest(project, ['install'])
  if (built.exitCode !== 0) return skip(`there is no built tidb-server to pack: ${built.output.split('\n')[0]}`)
  const name = await install(project, built.output.trim().split('\n').at(-1) ?? '')

  const env = { ...(await bareMachine(project)), TIDB_READY_DATABASES: '4' }
  const server = join(project.folder, 'node_modules', name, 'tidb-server')
  const suite = await tidbTest(project, ['run', 'machine'], env)
  expect(suite.output).toContain(`from embedded: ${server}`)
  expect(suite.output).toMatch(/Tests\s+\d+ passed/)
  expect(suite.exitCode).toBe(0)
  // What `install` would build is there already.
  expect((await tidbTest(project, ['install'], env)).output).toContain(server)

  const manifest = join(project.folder, 'node_modules', name, 'manifest.json')
  const published = JSON.parse(await readFile(manifest, 'utf8')) as { plan: string; sha256: string }
  await writeFile(manifest, JSON.stringify({ ...published, sha256: published.sha256.replaceAll(/./g, '0') }))
  const changed = await project.vitest(['run'], { ...env, TIDB_BACKEND: 'embedded' })
  expect(changed.output).toContain(`${server} is not the tidb-server that was published.`)
  expect(changed.exitCode).toBe(1)

  await writeFile(manifest, JSON.stringify({ ...published, plan: 'of another release' }))
  const other = await project.vitest(['run'], { ...env, TIDB_BACKEND: 'embedded' })
  expect(other.output).toMatch(/Building TiDB needs the Go toolchain/)
  expect(other.exitCode).toBe(1)
})

test('the licences of all modules that are compiled into the server are in its package', async ({ skip }) => {
  const built = await tidbTest(await UserProject.create({}), ['install'])
  if (built.exitCode !== 0) return skip(`there is no built tidb-server: ${built.output.split('\n')[0]}`)
  const binary = built.output.trim().split('\n').at(-1) ?? ''
  const read = (): string => goModuleLicenses(binary)
  const missing = obstacleOf(read)
  // A server that was restored from a cache was built elsewhere.
  skip(missing !== undefined, missing)
  const notices = read()
  expect(notices).toMatch(/^github\.com\/pingcap\/tidb v\S+\n\n\s*Apache License/m)
  expect(notices).toMatch(/^github\.com\/go-sql-driver\/mysql v/m)
})

function obstacleOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    const { message } = error as Error
    if (/ENOENT|not in Go's module cache/.test(message)) return message
    throw error
  }
}

/** As npm would: the package is packed, without a second copy of the server and without compression. */
async function install(project: UserProject, binary: string): Promise<string> {
  const folder = join(project.folder, 'packed', 'package')
  const options = ['--binary', binary, '--out', folder, '--licenses', join(project.folder, 'licenses.txt')]
  await run(process.execPath, [script, ...options])
  const packed = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    name: string
    os: string[]
    cpu: string[]
    files: string[]
  }
  expect(packed).toMatchObject({
    name: `@vitest-tidb/server-${process.platform}-${process.arch}`,
    os: [process.platform],
    cpu: [process.arch],
    license: 'Apache-2.0',
  })
  await run('tar', ['-cf', '../server.tar', 'package'], { cwd: join(folder, '..') })
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', './server.tar'], {
    cwd: project.folder,
    env: { ...process.env, ...noTidb },
  })
  return packed.name
}
