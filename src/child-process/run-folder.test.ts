import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRunFolder, removeRunFolder, sweepRunFolders } from './run-folder.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'run-folder-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('a run folder can be read by its owner only', async () => {
  const run = await createRunFolder(join(folder(), 'runs'))
  expect(statSync(run).mode & 0o777).toBe(0o700)
})

test('the last run folder to go takes the folder above with it, the others do not', async () => {
  const root = join(folder(), 'runs')
  const [one, other] = [await createRunFolder(root), await createRunFolder(root)]
  await removeRunFolder(one)
  expect(existsSync(other)).toBe(true)
  await removeRunFolder(other)
  expect(existsSync(root)).toBe(false)
})

test('runs that begin and end at the same time do not get in each other’s way', async () => {
  const root = join(folder(), 'runs')
  const runs = Array.from({ length: 20 }, async () => {
    const run = await createRunFolder(root)
    expect(existsSync(run)).toBe(true)
    await removeRunFolder(run)
  })
  await Promise.all(runs)
  expect(existsSync(root)).toBe(false)
})

test('a sweep leaves the folder of a living run alone and removes that of a dead one', async () => {
  const root = join(folder(), 'runs')
  const living = await createRunFolder(root)
  const dead = join(root, 'run-dead')
  mkdirSync(dead)
  writeFileSync(join(dead, 'owner.json'), JSON.stringify({ pid: 1, startTime: 'another time' }))
  expect(await sweepRunFolders(root)).toEqual([dead])
  expect(readdirSync(root)).toEqual([living.slice(root.length + 1)])
})

test('a link in place of the folder above is refused', async () => {
  const above = folder()
  const target = folder()
  symlinkSync(target, join(above, 'runs'))
  await expect(createRunFolder(join(above, 'runs'))).rejects.toMatchObject({ code: 'BACKEND_RUN_FOLDER' })
  expect(readdirSync(target)).toEqual([])
})

test('a place where no folder can be made is named, with what to do', async () => {
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  await expect(createRunFolder(join(file, 'runs'))).rejects.toMatchObject({
    code: 'BACKEND_RUN_FOLDER',
    message: expect.stringContaining(file),
    remedy: expect.stringContaining('TMPDIR'),
  })
})
