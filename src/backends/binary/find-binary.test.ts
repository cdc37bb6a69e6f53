import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findBinary } from './find-binary.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'find-binary-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function program(file: string, mode = 0o755): string {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  chmodSync(file, mode)
  return file
}

test('the first tidb-server on PATH is taken; one that is not executable is passed over', async () => {
  const root = folder()
  program(join(root, 'a', 'tidb-server'), 0o644)
  const second = program(join(root, 'b', 'tidb-server'))
  expect(await findBinary({ PATH: `${root}/a:${root}/b`, TIUP_HOME: root })).toBe(second)
})

test('of what tiup has installed the newest is taken, by number and not by letter', async () => {
  const root = folder()
  const of = (version: string): string => join(root, 'components', 'tidb', version, 'tidb-server')
  for (const version of ['v7.5.1', 'v8.5.9', 'v8.5.10-alpha', 'v8.5.10']) program(of(version))
  expect(await findBinary({ PATH: '', TIUP_HOME: root })).toBe(of('v8.5.10'))
  rmSync(dirname(of('v8.5.10')), { recursive: true })
  expect(await findBinary({ PATH: '', TIUP_HOME: root })).toBe(of('v8.5.10-alpha'))
})

test('nothing is found where nothing is', async () => {
  expect(await findBinary({ PATH: folder(), TIUP_HOME: folder() })).toBeUndefined()
})
