import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { EngineAddress } from './engine-address.ts'

export interface EngineRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly body?: { readonly type: string; readonly content: Readable | string }
  /** Milliseconds without a byte after which the request fails; absent means that it may last. */
  readonly timeout?: number
  readonly signal?: AbortSignal | undefined
  /** The event loop may end while this request is under way. */
  readonly background?: boolean
}

/** The engine answered, with an error: `status` is HTTP's, the message the engine's own. */
export class EngineResponseError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * The few calls of the Docker Engine API (https://docs.docker.com/reference/api/engine/) that are needed beside
 * Testcontainers: to look without changing anything, to report a pull while it goes on, and to remove what is left.
 */
export class DockerEngine {
  readonly address: EngineAddress
  readonly #target: RequestOptions & { readonly tls: boolean }

  constructor(address: EngineAddress) {
    this.address = address
    this.#target = targetOf(address)
  }

  /** True when the engine shares a kernel with this process, or a virtual machine that belongs to this computer. */
  get isLocal(): boolean {
    return this.#target.socketPath !== undefined
  }

  /** The response's JSON. Throws EngineResponseError on a status of 400 or more, and Node's error when nothing answers. */
  async json<T>(path: string, request: EngineRequest = {}): Promise<T> {
    const body = await this.bytes(path, request)
    return JSON.parse(body.length === 0 ? 'null' : body.toString()) as T
  }

  async bytes(path: string, request: EngineRequest = {}): Promise<Buffer> {
    const response = await this.open(path, request)
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }

  /** The response as it streams in. */
  async open(path: string, request: EngineRequest = {}): Promise<IncomingMessage> {
    const { tls, ...target } = this.#target
    // Node spends longer on reading these than a worker does on all of this package, and few tests talk to an engine.
    const { request: send } = tls ? await import('node:https') : await import('node:http')
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = send({
        ...target,
        path,
        agent: false,
        method: request.method ?? 'GET',
        ...(request.body === undefined ? {} : { headers: { 'Content-Type': request.body.type } }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        ...(request.timeout === undefined ? {} : { timeout: request.timeout }),
      })
      outgoing.once('response', resolve)
      outgoing.once('error', reject)
      outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${request.timeout} ms`)))
      if (request.background === true) outgoing.once('socket', (socket) => socket.unref())
      const content = request.body?.content
      if (content === undefined || typeof content === 'string') outgoing.end(content)
      else pipeline(content, outgoing).catch(reject)
    })
    const status = response.statusCode ?? 0
    if (status < 400) return response
    let text = ''
    for await (const chunk of response) text += String(chunk)
    throw new EngineResponseError(status, messageIn(text))
  }
}

function targetOf({ uri, certificates }: EngineAddress): RequestOptions & { readonly tls: boolean } {
  const url = new URL(uri)
  switch (url.protocol) {
    case 'unix:':
      return { socketPath: decodeURIComponent(url.pathname), tls: false }
    case 'npipe:':
      return { socketPath: decodeURIComponent(url.pathname.replace(/^\/+/, '//')), tls: false }
    case 'tcp:':
    case 'http:':
    case 'https:': {
      const tls = certificates !== undefined || url.protocol === 'https:'
      const files = certificates === undefined ? {} : readCertificates(certificates)
      const host = url.hostname.replace(/^\[|\]$/g, '')
      return { host, port: url.port === '' ? (tls ? 2376 : 2375) : Number(url.port), tls, ...files }
    }
    default:
      throw new Error(`${url.protocol}// is not supported here; use unix:// or tcp://, through a tunnel if need be`)
  }
}

function readCertificates(folder: string): { ca: Buffer; cert: Buffer; key: Buffer } {
  const read = (name: string): Buffer => readFileSync(join(folder, name))
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}

function messageIn(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message)
  } catch (error) {
    // A proxy in between answers with HTML or plain text: that text is the message then.
    if (!(error instanceof SyntaxError)) throw error
  }
  return text.trim().slice(0, 500)
}
