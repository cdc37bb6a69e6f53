import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const plugin = new URL('../../public/plugin.ts', import.meta.url).href
const script = `
  const { tidb } = await import(${JSON.stringify(plugin)})
  tidb()
  await import('mysql2')
  console.log(process.env.NODE_COMPILE_CACHE ?? 'none')`

async function cacheOf(environment: Readonly<Record<string, string>>): Promise<{ told: string; files: string[] }> {
  const cache = await mkdtemp(join(tmpdir(), 'vitest-tidb-compiled-'))
  onTestFinished(() => rm(cache, { recursive: true, force: true }))
  const { NODE_COMPILE_CACHE: _own, NODE_DISABLE_COMPILE_CACHE: _refusal, ...rest } = process.env
  const env = { ...rest, VITEST_TIDB_CACHE: cache, ...environment }
  const options = { cwd: new URL('../..', import.meta.url), env }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], options)
  return { told: stdout.trim().replace(cache, 'CACHE'), files: await readdir(cache) }
}

test('compiled code is kept in the cache, and workers are told where', async () => {
  expect(await cacheOf({})).toEqual({ told: join('CACHE', 'compiled'), files: ['compiled'] })
})

test('a place that was chosen stays', async () => {
  const chosen = await mkdtemp(join(tmpdir(), 'vitest-tidb-chosen-'))
  onTestFinished(() => rm(chosen, { recursive: true, force: true }))
  expect(await cacheOf({ NODE_COMPILE_CACHE: chosen })).toEqual({ told: chosen, files: [] })
})

test('who does not want it is left alone', async () => {
  expect(await cacheOf({ NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual({ told: 'none', files: [] })
})
