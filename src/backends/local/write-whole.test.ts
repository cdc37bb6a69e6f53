import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeWhole } from './write-whole.ts'

/** A file on a disk that takes no more than three bytes at a time. */
async function slowDisk(): Promise<{ file: FileHandle; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'write-whole-'))
  const path = join(folder, 'file')
  const file = await open(path, 'w')
  onTestFinished(async () => {
    await file.close()
    rmSync(folder, { recursive: true })
  })
  const write = file.write.bind(file) as (...args: [Buffer, number, number, number | null]) => unknown
  file.write = ((bytes: Buffer, offset: number, length: number, position: number | null) =>
    write(bytes, offset, Math.min(length, 3), position)) as FileHandle['write']
  return { file, path }
}

test('a disk that takes only a part of the bytes gets the rest, too', async () => {
  const { file, path } = await slowDisk()
  await writeWhole(file, Buffer.from('one two three'))
  await writeWhole(file, Buffer.from(' four'))
  await writeWhole(file, Buffer.from('THREE'), 8)
  expect(readFileSync(path, 'utf8')).toBe('one two THREE four')
})
