import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** So much of the output of one test is kept; the middle is left out of what is longer. */
const MOST = 256 * 1024

/**
 * A file without a name that an interpreter and its children write to. A pipe would have to be read while they write, and
 * could not tell whose a text is; and of a process that has died a file still has the last words.
 */
export class CapturedOutput {
  readonly fd: number
  #closed = false

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'vitest-tidb-python-'))
    try {
      this.fd = openSync(join(folder, 'output'), 'a+', 0o600)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** What was written since it was last asked. */
  take(): string {
    if (this.#closed) return ''
    const { size } = fstatSync(this.fd)
    const half = MOST / 2
    const text =
      size <= MOST
        ? this.#textBetween(0, size)
        : `${this.#textBetween(0, half)}\n… ${size - MOST} bytes are left out …\n${this.#textBetween(size - half, size)}`
    // Whoever writes appends, and goes on at the new end.
    ftruncateSync(this.fd)
    return text
  }

  /** Idempotent. */
  close(): void {
    if (!this.#closed) closeSync(this.fd)
    this.#closed = true
  }

  #textBetween(from: number, to: number): string {
    const buffer = Buffer.alloc(to - from)
    const read = readSync(this.fd, buffer, 0, buffer.length, from)
    return buffer.toString('utf8', 0, read)
  }
}
