import type { FileHandle } from 'node:fs/promises'

/**
 * Writes all the bytes, from a position on or where the last write ended. A disk that fills up takes a part of them
 * without an error; only the next write is told ENOSPC.
 */
export async function writeWhole(file: FileHandle, bytes: Buffer, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === undefined ? null : position + done
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten
  }
}
