import { open } from 'node:fs/promises'

const TAIL_BYTES = 64 * 1024

/** The last lines of a file; none when it does not exist. At most 64 KiB are read, each line is cut at 2,000 characters. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  let handle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    const lines = buffer.toString('utf8').split('\n')
    return lines
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .map((line) => line.slice(0, 2000))
  } finally {
    await handle.close()
  }
}
