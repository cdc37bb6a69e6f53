import { closeSync, fstatSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { rotate } from './rotate.ts'

export interface LogFileOptions {
  /** Absolute. */
  readonly path: string
  /** Bytes from which on a new file is begun. */
  readonly maxSize: number
  /** Files that are kept: `run.log`, `run.log.1` (the one before) and so on. */
  readonly maxFiles: number
}

/**
 * A file that several processes append to. A line is one write in append mode, which the system does as a whole (local
 * file systems; not NFS); whoever finds the file full rotates it, and the others notice that theirs has moved.
 */
export class LogFile {
  readonly #options: LogFileOptions
  #descriptor: number | undefined

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  /** @throws the error of the file system */
  append(line: string): void {
    const bytes = Buffer.from(line)
    writeSync(this.#openFor(bytes.length), bytes)
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  /** The descriptor of a file that has room for so many bytes. */
  #openFor(bytes: number): number {
    const { path, maxSize } = this.#options
    let descriptor = this.#current()
    const { size } = fstatSync(descriptor)
    // A line that is longer than a whole file stands alone in one.
    if (size > 0 && size + bytes > maxSize) {
      rotate(this.#options, () => {
        const now = statSync(path, { throwIfNoEntry: false })?.size ?? 0
        return now > 0 && now + bytes > maxSize
      })
      descriptor = this.#current()
    }
    return descriptor
  }

  #current(): number {
    if (this.#descriptor !== undefined && isAt(this.#descriptor, this.#options.path)) return this.#descriptor
    this.close()
    mkdirSync(dirname(this.#options.path), { recursive: true })
    // Only for its owner: statements show what is in a database.
    this.#descriptor = openSync(this.#options.path, 'a', 0o600)
    return this.#descriptor
  }
}

/** Whether the open file still has its name: another process may have rotated it, a person deleted it. */
function isAt(descriptor: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false })
  const open = fstatSync(descriptor)
  return named !== undefined && named.ino === open.ino && named.dev === open.dev
}
