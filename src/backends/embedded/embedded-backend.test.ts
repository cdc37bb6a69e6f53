import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { processesWhoseCommandHolds } from '../../child-process/process-identity.ts'
import type { Progress } from '../backend.ts'
import { embeddedBackend } from './embedded-backend.ts'
import { type EmbeddedOptions, installEmbedded } from './install-embedded.ts'

const silent: Progress = { update: () => undefined, note: () => undefined }
const eventually = { timeout: 20_000, interval: 20 }
const little = { sources: 1, packages: 1, binary: 1 }

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'embedded-backend-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

interface Go {
  readonly options: EmbeddedOptions & { readonly goBinary: string }
  readonly cache: string
  /** The commands that it was given, in order. */
  calls(): string[]
}

/** A go command that answers as the real one does, and whose build runs `build` ($out is what -o names). */
function go(build: string, { version = 'go1.26.1', cacheDirectory = join(folder(), 'cache') } = {}): Go {
  const root = folder()
  const [goBinary, moduleDirectory, journal] = [join(root, 'go'), join(root, 'module'), join(root, 'journal')]
  mkdirSync(moduleDirectory)
  writeFileSync(join(moduleDirectory, 'go.sum'), '')
  writeFileSync(
    join(moduleDirectory, 'go.mod'),
    '// release: v8.5.0-test\nmodule m\n\ngo 1.25.0\n\nrequire (\n\tgithub.com/pingcap/tidb v1.1.0-0.20250101000000-abcdefabcdef // indirect\n)\n',
  )
  writeFileSync(
    goBinary,
    `#!/bin/sh
echo "$1" >> ${journal}
case "$1" in
  version) echo "go version ${version} linux/amd64" ;;
  env) echo ${root}/modules; echo ${root}/packages ;;
  mod) ;;
  list) printf 'false\\ntrue\\ntrue\\n' ;;
  build)
    for argument; do test "$previous" = -o && out=$argument; previous=$argument; done
    ${build} ;;
esac
`,
  )
  chmodSync(goBinary, 0o755)
  return {
    options: { cacheDirectory, goBinary, moduleDirectory, space: little },
    cache: join(cacheDirectory, 'embedded'),
    calls: () => readFileSync(journal, 'utf8').trim().split('\n'),
  }
}

const builds = `echo github.com/pingcap/tidb/pkg/kv >&2
    printf '#!/bin/sh\\necho "Release Version: v8.5.0-test"\\n' > $out; chmod +x $out
    echo github.com/pingcap/tidb/cmd/tidb-server >&2`

test('the first call builds and tells how far it is, the second takes the cached binary without Go', async () => {
  const { options, calls, cache } = go(builds)
  const [update, note] = [vi.fn<Progress['update']>(), vi.fn<Progress['note']>()]
  const backend = embeddedBackend(options)
  expect(await backend.check()).toMatchObject({ usable: true, ready: false, detail: expect.stringContaining('1.26.1') })
  const first = await installEmbedded(options, { update, note })
  expect(first).toMatchObject({ version: 'v8.5.0-test', fromCache: false })
  expect(note).toHaveBeenCalledWith(expect.stringMatching(/minutes.*GB/))
  expect(update.mock.calls.filter(([message]) => message.includes('compiled'))).toEqual([
    [expect.any(String), 0, 2],
    [expect.any(String), 1, 2],
    [expect.any(String), 2, 2],
  ])
  const before = calls().length
  expect(await installEmbedded(options, silent)).toEqual({ ...first, fromCache: true })
  expect(await backend.check()).toMatchObject({ usable: true, ready: true })
  expect(calls()).toHaveLength(before)
  expect(readdirSync(cache)).toHaveLength(1)
})

test('two that need the same binary at the same time build it once', async () => {
  const { options, calls } = go(builds)
  const installed = await Promise.all([installEmbedded(options, silent), installEmbedded(options, silent)])
  expect(installed.map(({ fromCache }) => fromCache).sort()).toEqual([false, true])
  expect(calls().filter((call) => call === 'build')).toHaveLength(1)
})

test('a cached binary that was cut short is built again; one whose time alone has changed is not', async () => {
  const { options, calls } = go(builds)
  const { path } = await installEmbedded(options, silent)
  utimesSync(path, new Date(0), new Date(0))
  expect(await installEmbedded(options, silent)).toMatchObject({ fromCache: true })
  truncateSync(path, 10)
  const note = vi.fn<Progress['note']>()
  expect(await installEmbedded(options, { ...silent, note })).toMatchObject({ path, fromCache: false })
  expect(note).toHaveBeenCalledWith(expect.stringContaining('is not what was built'))
  expect(calls().filter((call) => call === 'build')).toHaveLength(2)
})

test('without Go, the error says what to install', async () => {
  const options = { ...go(builds).options, goBinary: '/nowhere/go' }
  const error = { code: 'BACKEND_GO_MISSING', remedy: expect.stringContaining('https://go.dev/dl/') }
  await expect(installEmbedded(options, silent)).rejects.toMatchObject(error)
  await expect(embeddedBackend(options).start({ progress: silent })).rejects.toMatchObject(error)
  expect(await embeddedBackend(options).check()).toMatchObject({ usable: false, remedy: error.remedy })
})

test('a Go that is too old is named with its version and the one that is needed', async () => {
  const { options } = go(builds, { version: 'go1.24.13' })
  await expect(installEmbedded(options, silent)).rejects.toMatchObject({
    code: 'BACKEND_GO_TOO_OLD',
    message: expect.stringMatching(/1\.25\.0 or newer.*1\.24\.13/),
  })
})

test('a build that fails shows what Go said, and leaves nothing in the cache', async () => {
  const { options, cache } = go('echo "pkg/kv/kv.go:1:1: syntax error" >&2; echo half > $out; exit 1')
  await expect(installEmbedded(options, silent)).rejects.toMatchObject({
    code: 'BACKEND_BUILD',
    message: expect.stringContaining('kv.go:1:1: syntax error'),
  })
  expect(readdirSync(cache)).toEqual([])
})

test('a module that cannot be fetched points to the network', async () => {
  const { options } = go('echo "github.com/pingcap/tidb: dial tcp: lookup proxy.golang.org: no such host" >&2; exit 1')
  await expect(installEmbedded(options, silent)).rejects.toMatchObject({ remedy: expect.stringContaining('GOPROXY') })
})

test('a binary that is not the one that was asked for is not published', async () => {
  const { options, cache } = go(builds.replace('v8.5.0-test', 'v0.0.0'))
  await expect(installEmbedded(options, silent)).rejects.toMatchObject({ code: 'BACKEND_BUILD' })
  expect(readdirSync(cache)).toEqual([])
})

test('a build that is aborted ends its compilers and leaves nothing', async () => {
  const mark = `${process.pid}.6180339`
  const { options, cache } = go(`echo started/package >&2; sleep ${mark}`)
  const controller = new AbortController()
  const update: Progress['update'] = (_message, done) => {
    if (done === 1) controller.abort(new Error('no patience'))
  }
  await expect(installEmbedded(options, { ...silent, update }, controller.signal)).rejects.toThrow('no patience')
  expect(processesWhoseCommandHolds(`sleep ${mark}`)).toEqual([])
  expect(readdirSync(cache)).toEqual([])
})

test('a build whose main process is killed leaves no half binary, and the next one succeeds', async () => {
  const cacheDirectory = join(folder(), 'cache')
  const mark = `${process.pid}.2718281`
  const hanging = go(`echo half > $out; sleep ${mark}`, { cacheDirectory })
  const module = fileURLToPath(new URL('./install-embedded.ts', import.meta.url))
  const script = `
    import { installEmbedded } from ${JSON.stringify(module)}
    await installEmbedded(${JSON.stringify(hanging.options)}, { update() {}, note() {} })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  await vi.waitFor(() => expect(processesWhoseCommandHolds(`sleep ${mark}`)).not.toEqual([]), eventually)
  child.kill('SIGKILL')
  await vi.waitFor(() => {
    expect(processesWhoseCommandHolds(`sleep ${mark}`)).toEqual([])
    expect(readdirSync(hanging.cache).filter((name) => !name.endsWith('.lock'))).toEqual([])
  }, eventually)
  const working = go(builds, { cacheDirectory })
  expect(await installEmbedded(working.options, silent)).toMatchObject({ fromCache: false })
  expect(readdirSync(working.cache)).toHaveLength(1)
})

test('a cache that cannot be written is named, with what to do', async () => {
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  const { options } = go(builds, { cacheDirectory: join(file, 'cache') })
  await expect(installEmbedded(options, silent)).rejects.toMatchObject({
    code: 'BACKEND_CACHE_NOT_WRITABLE',
    remedy: expect.stringContaining('VITEST_TIDB_CACHE'),
  })
})

/** A file system of 16 MB; undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const mounted = folder()
  if (
    process.platform !== 'linux' ||
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', mounted]).status !== 0
  ) {
    return undefined
  }
  onTestFinished(() => void spawnSync('umount', [mounted]))
  return mounted
}

test('too little free space is refused before anything is built', async ({ skip }) => {
  const disk = smallDisk()
  if (disk === undefined) return skip('mounting a small file system needs root')
  const { options, calls, cache } = go(builds, { cacheDirectory: disk })
  const { space: _, ...defaults } = options
  await expect(installEmbedded(defaults, silent)).rejects.toMatchObject({
    code: 'BACKEND_DISK_FULL',
    message: expect.stringMatching(/0\.0 GB free.*0\.6 GB needed/),
    remedy: expect.stringContaining('VITEST_TIDB_CACHE'),
  })
  expect(calls()).not.toContain('build')
  expect(readdirSync(cache)).toEqual([])
})

test('a disk that fills up while building is reported, and no half binary is left', async ({ skip }) => {
  const disk = smallDisk()
  if (disk === undefined) return skip('mounting a small file system needs root')
  const { options, cache } = go('cat /dev/zero > $out || exit 1', { cacheDirectory: disk })
  await expect(installEmbedded(options, silent)).rejects.toMatchObject({
    code: 'BACKEND_DISK_FULL',
    message: expect.stringContaining('No space left on device'),
  })
  expect(readdirSync(cache)).toEqual([])
  expect(existsSync(join(disk, 'embedded'))).toBe(true)
})
