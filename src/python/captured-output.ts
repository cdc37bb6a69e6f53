import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** So much of the output of one test is kept; the middle is left out of what is longer. */
const MOST = 256 * 1024
const HALF = MOST / 2
/** Bytes that the file may have; it is looked at so many times that a handler without end does not fill the disk. */
const LARGEST = 16 * 1024 * 1024
const EVERY = 200

/**
 * A file without a name that an interpreter and its children write to. A pipe would have to be read while they write, and
 * could not tell whose a text is; and of a process that has died a file still has the last words.
 */
export class CapturedOutput {
  readonly fd: number
  readonly #watch: NodeJS.Timeout
  #closed = false
  /** The beginning of what the file has grown too large for, and how many bytes have gone with the rest. */
  #begun: { readonly text: string; dropped: number } | undefined

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'vitest-tidb-python-'))
    try {
      this.fd = openSync(join(folder, 'output'), 'a+', 0o600)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    this.#watch = setInterval(() => this.#shorten(), EVERY).unref()
  }

  /** What was written since it was last asked. */
  take(): string {
    if (this.#closed) return ''
    const { size } = fstatSync(this.fd)
    const text = size <= MOST && this.#begun === undefined ? this.#textBetween(0, size) : this.#shortened(size)
    this.#begun = undefined
    // Whoever writes appends, and goes on at the new end.
    ftruncateSync(this.fd)
    return text
  }

  #shortened(size: number): string {
    const { text, dropped } = this.#begun ?? { text: this.#textBetween(0, HALF), dropped: -HALF }
    const from = Math.max(0, size - HALF)
    const left = dropped + from
    const end = this.#textBetween(from, size)
    return left > 0 ? `${text}\n… ${left} bytes are left out …\n${end}` : text + end
  }

  /** Idempotent. */
  close(): void {
    if (!this.#closed) closeSync(this.fd)
    clearInterval(this.#watch)
    this.#closed = true
  }

  #shorten(): void {
    const { size } = fstatSync(this.fd)
    if (size <= LARGEST) return
    this.#begun ??= { text: this.#textBetween(0, HALF), dropped: -HALF }
    this.#begun.dropped += size
    ftruncateSync(this.fd)
  }

  #textBetween(from: number, to: number): string {
    const buffer = Buffer.alloc(to - from)
    const read = readSync(this.fd, buffer, 0, buffer.length, from)
    return buffer.toString('utf8', 0, read)
  }
}
