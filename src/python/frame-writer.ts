import type { Writable } from 'node:stream'
import { AbstractMessageWriter, type Message, type MessageWriter } from 'vscode-jsonrpc/node'

/**
 * Writes header and body of a message at once. The library's own writer waits between them for the first to be written,
 * and the other side wakes up twice for each message.
 */
export class FrameWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #stream: Writable
  #failures = 0

  constructor(stream: Writable) {
    super()
    this.#stream = stream
    stream.on('error', (error) => this.fireError(error))
    stream.on('close', () => this.fireClose())
  }

  write(message: Message): Promise<void> {
    const body = JSON.stringify(message)
    const frame = `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    return new Promise((resolve, reject) => {
      this.#stream.write(frame, (error) => {
        if (error === null || error === undefined) {
          resolve()
          return
        }
        this.#failures += 1
        this.fireError(error, message, this.#failures)
        reject(error)
      })
    })
  }

  end(): void {
    this.#stream.end()
  }
}
