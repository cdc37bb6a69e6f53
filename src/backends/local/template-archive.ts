import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nonZeroExtents } from './extents.ts'
import { writeWhole } from './write-whole.ts'

/**
 * A data directory in one file: magic, length of the header (32 bits), header (JSON), the bytes of all
 * extents one after the other, SHA-256 of everything before it.
 *
 * A stopped TiDB's directory is 256 MB of which all but a few are holes; this form keeps only the rest, so that
 * it is read once, checked once, and written out as a sparse tree as often as a server is wanted.
 */
const MAGIC = Buffer.from('TIDBTPL1')
const DIGEST_BYTES = 32

interface ArchivedFile {
  readonly path: string
  readonly size: number
  /** Offset in the file and length; the bytes follow each other in the archive. */
  readonly extents: (readonly [offset: number, length: number])[]
}

interface ArchiveHeader<Facts> {
  readonly facts: Facts
  readonly directories: readonly string[]
  readonly files: readonly ArchivedFile[]
}

export interface Archive<Facts> {
  readonly facts: Facts
  /** Writes the tree, holes kept, into a directory that does not exist yet. */
  extract(directory: string): Promise<void>
}

/**
 * Packs a directory, with facts about it (JSON), into a file that appears at once and whole, or not at all.
 * Only one process at a time may write the same file: what a killed one left of its draft is written over.
 */
export async function writeArchive<Facts>(file: string, directory: string, facts: Facts): Promise<void> {
  const { directories, files, payload } = await pack(directory)
  const header = Buffer.from(JSON.stringify({ facts, directories, files } satisfies ArchiveHeader<Facts>))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(header.length)
  const parts = [MAGIC, length, header, ...payload]
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  parts.push(digest.digest())

  const draft = `${file}.draft`
  try {
    const handle = await open(draft, 'w', 0o600)
    try {
      for (const part of parts) await writeWhole(handle, part)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

async function pack(directory: string): Promise<{ directories: string[]; files: ArchivedFile[]; payload: Buffer[] }> {
  const directories: string[] = []
  const files: ArchivedFile[] = []
  const payload: Buffer[] = []
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await readdir(join(directory, relative), { withFileTypes: true })) {
      const path = join(relative, entry.name)
      if (entry.isDirectory()) {
        directories.push(path)
        await visit(path)
      } else if (entry.isFile()) {
        const handle = await open(join(directory, path), 'r')
        try {
          const extents: [number, number][] = []
          for await (const { offset, bytes } of nonZeroExtents(handle)) {
            extents.push([offset, bytes.length])
            payload.push(Buffer.from(bytes))
          }
          files.push({ path, size: (await handle.stat()).size, extents })
        } finally {
          await handle.close()
        }
      }
    }
  }
  await visit('')
  return { directories, files, payload }
}

/**
 * Undefined when there is none that can be read, or when the one there is damaged (cut short, or its checksum
 * does not match).
 */
export async function readArchive<Facts>(file: string): Promise<Archive<Facts> | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  const headerStart = MAGIC.length + 4
  if (bytes.length < headerStart + DIGEST_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined
  const content = bytes.subarray(0, -DIGEST_BYTES)
  if (!createHash('sha256').update(content).digest().equals(bytes.subarray(-DIGEST_BYTES))) return undefined
  const headerEnd = headerStart + bytes.readUInt32LE(MAGIC.length)
  const header = JSON.parse(content.toString('utf8', headerStart, headerEnd)) as ArchiveHeader<Facts>
  const payload = content.subarray(headerEnd)
  return { facts: header.facts, extract: (directory) => extract(header, payload, directory) }
}

async function extract(header: ArchiveHeader<unknown>, payload: Buffer, directory: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 })
  for (const path of header.directories) await mkdir(join(directory, path), { mode: 0o700 })
  let position = 0
  const writes = header.files.map((file) => {
    const start = position
    for (const [, length] of file.extents) position += length
    return writeSparse(join(directory, file.path), file, payload.subarray(start, position))
  })
  await Promise.all(writes)
}

async function writeSparse(path: string, file: ArchivedFile, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.truncate(file.size)
    let position = 0
    for (const [offset, length] of file.extents) {
      await writeWhole(handle, bytes.subarray(position, position + length), offset)
      position += length
    }
  } finally {
    await handle.close()
  }
}
