import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, asyncProperty, integer, nat, record, string, tuple } from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { readArchive, writeArchive } from './template-archive.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'template-archive-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

/** A file of `size` with bytes at some places and holes elsewhere. */
function writeSparse(file: string, size: number, islands: readonly (readonly [number, string])[]): void {
  const handle = openSync(file, 'w')
  for (const [offset, text] of islands) writeSync(handle, text, offset)
  closeSync(handle)
  truncateSync(file, size)
}

test('a tree comes back with equal files, empty folders and sizes', async () => {
  const root = folder()
  const island = tuple(nat(3_000_000), string({ minLength: 1, maxLength: 20_000 }))
  const file = record({ size: nat(4_000_000), islands: array(island, { maxLength: 4 }) })
  let round = 0
  await assert(
    asyncProperty(array(file, { maxLength: 3 }), async (files) => {
      const [source, archive, copy] = ['source', 'archive', 'copy'].map((name) => join(root, `${name}-${++round}`))
      if (source === undefined || archive === undefined || copy === undefined) throw new Error('unreachable')
      mkdirSync(join(source, 'kv', 'empty'), { recursive: true })
      for (const [index, { size, islands }] of files.entries())
        writeSparse(join(source, 'kv', `${index}`), size, islands)
      await writeArchive(archive, source, { round })
      const read = await readArchive<{ round: number }>(archive)
      await read?.extract(copy)
      expect(read?.facts).toEqual({ round })
      expect(readdirSync(copy, { recursive: true }).sort()).toEqual(readdirSync(source, { recursive: true }).sort())
      for (const index of files.keys()) {
        const [was, is] = [source, copy].map((tree) => readFileSync(join(tree, 'kv', `${index}`)))
        expect(was !== undefined && is?.equals(was)).toBe(true)
      }
    }),
    { numRuns: 20 },
  )
})

test('holes take no room, neither in the archive nor in what is written from it', async () => {
  const root = folder()
  mkdirSync(join(root, 'source'))
  writeSparse(join(root, 'source', 'log'), 256 * 2 ** 20, [
    [0, 'first'],
    [100 * 2 ** 20, 'middle'],
  ])
  await writeArchive(join(root, 'archive'), join(root, 'source'), {})
  await (await readArchive(join(root, 'archive')))?.extract(join(root, 'copy'))
  expect(statSync(join(root, 'archive')).size).toBeLessThan(20_000)
  const copy = statSync(join(root, 'copy', 'log'))
  expect(copy.size).toBe(256 * 2 ** 20)
  expect(copy.blocks * 512).toBeLessThan(100_000)
})

test('an archive that was cut short, or of which any byte is another, is not read', async () => {
  const root = folder()
  mkdirSync(join(root, 'source'))
  writeFileSync(join(root, 'source', 'data'), 'x'.repeat(5_000))
  const archive = join(root, 'archive')
  await writeArchive(archive, join(root, 'source'), {})
  const whole = readFileSync(archive)
  await assert(
    asyncProperty(nat(whole.length - 1), integer({ min: 1, max: 255 }), async (position, change) => {
      const damaged = Buffer.from(whole)
      damaged[position] = (whole[position] as number) ^ change
      writeFileSync(archive, damaged)
      expect(await readArchive(archive)).toBeUndefined()
      writeFileSync(archive, whole.subarray(0, position))
      expect(await readArchive(archive)).toBeUndefined()
    }),
    { numRuns: 50 },
  )
})

test('there is no archive where there is no file', async () => {
  expect(await readArchive(join(folder(), 'none'))).toBeUndefined()
})
