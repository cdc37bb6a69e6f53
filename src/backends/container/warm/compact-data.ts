import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { extract, pack, type Pack } from 'tar-stream'

/** Kept after a log's last byte that is not zero, so that no record that ends in zeros is cut. */
const MARGIN = 4_096

/**
 * A tar of a stopped TiDB's data directory, less the zeros at the ends of its value logs: those are made 256 MB long and
 * hold 2. An engine would write them into each layer, and copy them at each start.
 *
 * @param source tar as the engine gives it: all names begin with the directory's last part
 * @param directory absolute path that the names are put under
 */
export function compactData(source: Readable, directory: string, more: Readonly<Record<string, string>>): Readable {
  const packed = pack()
  fill(packed, source, directory, more).then(
    () => packed.finalize(),
    (error: Error) => packed.destroy(error),
  )
  return Readable.from(packed)
}

async function fill(
  packed: Pack,
  source: Readable,
  directory: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const parent = directory.slice(1, directory.lastIndexOf('/'))
  let owner: { uid?: number; gid?: number } | undefined
  for await (const entry of source.pipe(extract())) {
    const { header } = entry
    if (owner === undefined) {
      owner = {
        ...(header.uid === undefined ? {} : { uid: header.uid }),
        ...(header.gid === undefined ? {} : { gid: header.gid }),
      }
      packed.entry({ ...owner, name: `${parent}/`, type: 'directory', mode: 0o755 })
    }
    const content = header.name.endsWith('.vlog')
      ? await withoutLastZeros(entry as AsyncIterable<Buffer>)
      : await buffer(entry)
    // Headers of the format's extensions belong to the old size.
    const { name, mode, uid, gid, type, mtime } = header
    packed.entry(
      { name: `${parent}/${name}`, mode, uid, gid, type, mtime, size: content.length } as typeof header,
      content,
    )
  }
  for (const [path, text] of Object.entries(more)) packed.entry({ name: path.slice(1), mode: 0o644 }, text)
}

async function withoutLastZeros(entry: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  let zeros = 0
  for await (const chunk of entry) {
    const end = lengthWithoutZeros(chunk)
    if (end === 0) {
      zeros += chunk.length
      continue
    }
    parts.push(Buffer.alloc(zeros), chunk.subarray(0, end))
    zeros = chunk.length - end
  }
  return Buffer.concat([...parts, Buffer.alloc(Math.min(zeros, MARGIN))])
}

function lengthWithoutZeros(chunk: Buffer): number {
  let end = chunk.length
  while (end > 0 && chunk[end - 1] === 0) end -= 1
  return end
}
