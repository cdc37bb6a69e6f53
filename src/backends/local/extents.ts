import type { FileHandle } from 'node:fs/promises'

/** Block size of the usual file systems: a hole is at least this long. */
const BLOCK = 4096
const CHUNK = 256 * BLOCK
const ZEROS = Buffer.alloc(CHUNK)

export interface Extent {
  readonly offset: number
  readonly bytes: Buffer
}

/**
 * The parts of a file that are not zero, in blocks of 4 KiB, neighbours joined up to 1 MiB.
 * The bytes are valid until the next one is asked for.
 */
export async function* nonZeroExtents(file: FileHandle): AsyncGenerator<Extent> {
  const chunk = Buffer.allocUnsafe(CHUNK)
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK, position)
    if (bytesRead === 0) return
    let start: number | undefined
    for (let block = 0; block < bytesRead; block += BLOCK) {
      const end = Math.min(block + BLOCK, bytesRead)
      const zero = chunk.compare(ZEROS, 0, end - block, block, end) === 0
      if (!zero) start ??= block
      else if (start !== undefined) {
        yield { offset: position + start, bytes: chunk.subarray(start, block) }
        start = undefined
      }
    }
    if (start !== undefined) yield { offset: position + start, bytes: chunk.subarray(start, bytesRead) }
    position += bytesRead
  }
}
