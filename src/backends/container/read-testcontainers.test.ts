import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { readTestcontainers } from './read-testcontainers.ts'

const run = promisify(execFile)

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vitest-tidb-later-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), text)
  }
  return path
}

test('Testcontainers is read without what the start of a container has no use for', { timeout: 60_000 }, async () => {
  const script = `
    const { readTestcontainers } = await import(${JSON.stringify(new URL('read-testcontainers.ts', import.meta.url).href)})
    const { TiDBContainer } = await readTestcontainers(() =>
      import(${JSON.stringify(new URL('tidb-container.ts', import.meta.url).href)}),
    )
    new TiDBContainer('pingcap/tidb:v8.5.4')
    const { createRequire } = await import('node:module')
    const files = Object.keys(createRequire(import.meta.url).cache).filter((file) => !file.startsWith('vitest-tidb'))
    console.log(JSON.stringify(files.map((file) => file.split('node_modules').at(-1).split(/[\\\\/]/)[1])))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  const read = new Set(JSON.parse(stdout) as string[])
  expect([...read]).toEqual(expect.arrayContaining(['testcontainers', 'dockerode', 'docker-modem']))
  const later = ['ssh2', '@grpc', 'protobufjs', 'tar-fs', 'docker-compose', 'undici', 'archiver', 'proper-lockfile']
  expect(later.filter((name) => read.has(name))).toEqual([])
})

test('what is read later can be called, made and looked into as if it had been read', async () => {
  const build = 'node_modules/testcontainers/build'
  const path = await folder({
    [`${build}/a/generic-container.js`]: `
      const packed = require('archiver')
      exports.before = Object.keys(require.cache).filter((file) => /^(?!vitest).*node_modules.archiver/.test(file)).length
      exports.use = () => [packed('tar'), new packed.Zip('x').name, 'Zip' in packed, packed.__esModule]`,
    [`${build}/b/compose-client.js`]: `
      const compose = require('docker-compose')
      exports.use = () => (compose.__esModule ? compose.default() : 'not compiled')`,
    'node_modules/archiver/package.json': '{"main":"index.js"}',
    'node_modules/archiver/index.js': `
      module.exports = (format) => 'packed as ' + format
      module.exports.Zip = class { constructor(name) { this.name = name } }`,
    'node_modules/docker-compose/package.json': '{"main":"index.js"}',
    'node_modules/docker-compose/index.js': `
      exports.__esModule = true
      exports.default = () => 'composed'`,
  })
  const require = createRequire(join(path, 'x.js'))
  // Two runs in one process may read at the same time.
  const [container, compose] = await readTestcontainers(() =>
    readTestcontainers(async () => [
      require(join(path, build, 'a/generic-container.js')),
      require(join(path, build, 'b/compose-client.js')),
    ]),
  )
  expect(container.before).toBe(0)
  expect(container.use()).toEqual(['packed as tar', 'x', true, false])
  expect(compose.use()).toBe('composed')
})

test('modules of others are read at once, and all are again afterwards', async () => {
  const path = await folder({
    'mine.cjs': `module.exports = require('archiver')`,
    'node_modules/archiver/package.json': '{"main":"index.js"}',
    'node_modules/archiver/index.js': `module.exports = { read: true }`,
    'node_modules/testcontainers/build/a/generic-container.js': `module.exports = require('archiver')`,
  })
  const mine = (await readTestcontainers(() => import(pathToFileURL(join(path, 'mine.cjs')).href))) as {
    default: object
  }
  expect(Object.keys(mine.default)).toEqual(['read'])
  const require = createRequire(join(path, 'x.js'))
  expect(require(join(path, 'node_modules/testcontainers/build/a/generic-container.js'))).toEqual({ read: true })
})
