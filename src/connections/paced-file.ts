import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { LocalFile } from './raw-rows.ts'

/** A packet holds less than 16 MB. */
const LONGEST_PIECE = 1_000_000

/**
 * The file that a server asks for, in pieces that fit into packets, and no faster than the socket takes them: the driver
 * writes whatever comes and waits for nothing, so a long file would end up in memory.
 */
export function pacedFile(file: PacedFile): Readable {
  // The driver takes a failure only from the stream; thrown at it, it would end the process.
  return Readable.from(pieces(file), { objectMode: true, highWaterMark: 1 })
}

interface PacedFile {
  readonly path: string
  readonly localFile: LocalFile
  readonly socket: Socket
  /** Told whenever the socket has taken a piece. */
  readonly onPiece: (() => void) | undefined
}

async function* pieces({ path, localFile, socket, onPiece }: PacedFile): AsyncIterable<Buffer> {
  // Whoever opened it ends it; ended here, it would tell of an abort as if that had been its own failure.
  const chunks = localFile(path).iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    for (let at = 0; at < bytes.length; at += LONGEST_PIECE) {
      yield bytes.subarray(at, at + LONGEST_PIECE)
      if (socket.writableNeedDrain) await drained(socket)
      if (socket.destroyed) return
      onPiece?.()
    }
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
