import type { Parcel } from './fault.ts'

/** A parcel in pieces of so many bytes at most; what happens afterwards happens after the last of them. */
export function* inPieces({ afterwards, ...parcel }: Parcel, size: number): Iterable<Parcel> {
  for (let at = 0; at < parcel.bytes.length; at += size) {
    const piece = { ...parcel, bytes: parcel.bytes.subarray(at, at + size) }
    const isLast = at + size >= parcel.bytes.length
    yield isLast && afterwards !== undefined ? { ...piece, afterwards } : piece
  }
}
