import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import { bareMachine, fakeGo, localBinary, noTidb, smallDisk } from './support/bare-machine.ts'
import { PASSING } from './support/passing-test.ts'
import { UserProject, type Finished } from './support/user-project.ts'

test('where nothing can provide a TiDB, one error lists each backend, why it failed and how to get it', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const { exitCode, output } = await project.vitest(['run'], await bareMachine(project))
  const [, list] = output.split('No TiDB can be had on this machine; tried in this order:\n')
  expect(list).toMatch(/^- binary: .*(PATH|tiup)/)
  expect(list).toMatch(/^ {4}.*TIDB_BINARY/m)
  expect(list).toMatch(/^- embedded: .*home\/go.*$[^]*^ {4}Install Go .*https:\/\/go\.dev\/dl\//m)
  expect(list).toMatch(/^- container: .*tcp:\/\/127\.0\.0\.1:1 \(.*DOCKER_HOST.*\)[^]*^ {4}.*DOCKER_HOST/m)
  expect(list).toContain('`tidb-test doctor` looks again')
  expectOneError({ exitCode, output })
  expect(await project.leftovers()).toEqual([])
})

test('`tidb-test doctor` says of the same machine that a run finds no TiDB', async () => {
  const project = await UserProject.create({})
  const doctor = project.node([join(inject('installed'), 'node_modules/vitest-tidb/dist/cli.js'), 'doctor'], {
    ...(await bareMachine(project)),
  })
  const { exitCode, output } = await doctor.finished
  expect(output).toContain('A test run finds no TiDB')
  expect(output).toMatch(/embedded {2,}no: /)
  expect(exitCode).toBe(1)
})

test('a Node.js that is too old is refused before anything runs, with the one to install', async () => {
  const project = await UserProject.create({
    'a.test.ts': PASSING,
    'old.js': `Object.defineProperty(process.versions, 'node', { value: '20.11.0' })\n`,
  })
  const vitest = join(inject('installed'), 'node_modules/vitest/vitest.mjs')
  const { exitCode, output } = await project.node(['--import', './old.js', vitest, 'run']).finished
  expect(output).toContain('Node.js 20.11.0 is not supported; vitest-tidb and Vitest 5 need ^22.22.0')
  expect(output).toContain('npm install --save-dev node@24')
  expect(exitCode).toBe(1)
})

test('a real Node.js 20, if the machine has one, is told the same by Vitest and by tidb-test', async ({ skip }) => {
  const old = await olderNode()
  if (old === undefined) return skip('no Node.js 18 or 20 on this machine')
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const modules = join(inject('installed'), 'node_modules')
  for (const args of [
    [join(modules, 'vitest/vitest.mjs'), 'run'],
    [join(modules, 'vitest-tidb/dist/cli.js'), 'doctor'],
  ]) {
    const failure = await promisify(execFile)(old, args, { cwd: project.folder }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(/Node\.js [\d.]+ is not supported/) })
  }
})

test('a cache folder that cannot be written is named, with the variable that moves it', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING, 'a-file': '' })
  const cache = join(project.folder, 'a-file', 'cache')
  const finished = await project.vitest(['run'], {
    ...(await bareMachine(project)),
    TIDB_BACKEND: 'embedded',
    TIDB_GO: await fakeGo(project, 'go1.99.0'),
    VITEST_TIDB_CACHE: cache,
  })
  expect(finished.output).toContain(`The cache folder ${cache}/embedded cannot be written: ENOTDIR`)
  expect(finished.output).toContain('set VITEST_TIDB_CACHE to another folder')
  expectOneError(finished)
})

test('a template folder that cannot be written is named, and no TiDB is left', async ({ skip }) => {
  const project = await UserProject.create({ 'a.test.ts': PASSING, 'a-file': '' })
  const binary = await localBinary(project)
  if (binary === undefined) return skip('runs on this machine start no tidb-server by themselves')
  const cache = join(project.folder, 'a-file', 'cache')
  const finished = await project.vitest(['run'], { ...noTidb, TIDB_BINARY: binary, VITEST_TIDB_CACHE: cache })
  expect(finished.output).toContain(`The cache folder ${cache}/templates cannot be written: ENOTDIR`)
  expectOneError(finished)
  await expect.poll(() => project.servers(), { timeout: 15_000 }).toEqual([])
  await expect.poll(() => project.leftovers(), { timeout: 15_000 }).toEqual([])
})

test('too little disk for the build is said before it begins', async ({ skip }) => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const disk = await smallDisk(project, 8)
  if (disk === undefined) return skip('mounting a small file system needs root')
  const finished = await project.vitest(['run'], {
    ...(await bareMachine(project)),
    TIDB_BACKEND: 'embedded',
    TIDB_GO: await fakeGo(project, 'go1.99.0'),
    VITEST_TIDB_CACHE: disk,
  })
  expect(finished.output).toMatch(/Not enough disk space to build TiDB: 0\.0 GB free at .*disk-.*0\.6 GB needed/)
  expect(finished.output).toMatch(/Free some space, or set .*VITEST_TIDB_CACHE/)
  expectOneError(finished)
})

test('a disk that fills up while the template is made is said to be full, and no half template stays', async ({
  skip,
}) => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const binary = await localBinary(project)
  if (binary === undefined) return skip('runs on this machine start no tidb-server by themselves')
  const disk = await smallDisk(project, 1)
  if (disk === undefined) return skip('mounting a small file system needs root')
  const finished = await project.vitest(['run'], { ...noTidb, TIDB_BINARY: binary, VITEST_TIDB_CACHE: disk })
  expect(finished.output).toMatch(/The disk is full: the template was not made\. ENOSPC/)
  expect(finished.output).toMatch(/Free some space, or set VITEST_TIDB_CACHE/)
  expectOneError(finished)
  await expect.poll(() => project.servers(), { timeout: 15_000 }).toEqual([])
  await expect(access(join(disk, 'templates'))).resolves.toBeUndefined()
})

test('without Go, the embedded backend says what to install', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  const env = { ...(await bareMachine(project)), TIDB_BACKEND: 'embedded' }
  const finished = await project.vitest(['run'], env)
  expect(finished.output).toContain('The backend embedded (environment variable TIDB_BACKEND) cannot be used:')
  expect(finished.output).toMatch(/Building TiDB needs the Go toolchain.*home\/go/)
  expect(finished.output).toMatch(/Install Go 1\.\d+.* or newer from https:\/\/go\.dev\/dl\//)
  expectOneError(finished)
})

test('a Go on PATH that is too old is named with its version and the one that is needed', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  await fakeGo(project, 'go1.19.4')
  const finished = await project.vitest(['run'], {
    ...(await bareMachine(project)),
    TIDB_BACKEND: 'embedded',
    TIDB_GO: undefined,
    PATH: join(project.folder, 'bin'),
  })
  expect(finished.output).toMatch(/Building TiDB needs Go 1\.2\d\S* or newer; \S+\/bin\/go is 1\.19\.4\./)
  expect(finished.output).toContain('Install a newer Go from https://go.dev/dl/')
  expectOneError(finished)
})

/** The error is all that is shown: no second one, no stack through the toolkit, no test that ran. */
function expectOneError({ exitCode, output }: Pick<Finished, 'exitCode' | 'output'>): void {
  expect(output.match(/^\w*Error: /gm)).toHaveLength(1)
  expect(output).not.toContain('No test files found')
  expect(output).not.toContain('node_modules/vitest-tidb/dist/')
  expect(output).not.toMatch(/Tests\s+\d/)
  expect(exitCode).toBe(1)
}

async function olderNode(): Promise<string | undefined> {
  for (const path of ['/usr/local/bin/node', '/usr/bin/node', '/opt/node20/bin/node', '/opt/node18/bin/node']) {
    const version = await promisify(execFile)(path, ['--version']).catch(() => undefined)
    if (version !== undefined && /^v(18|20)\./.test(version.stdout)) return path
  }
  return undefined
}
