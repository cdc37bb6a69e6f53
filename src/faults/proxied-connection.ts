import type { Socket } from 'node:net'
import type { Clock } from '../clock/clock.ts'
import type { Direction, Fault, Shape } from './fault.ts'
import { Lane } from './lane.ts'
import type { Obstacle } from './mysql/capabilities.ts'
import { Conversation } from './mysql/conversation.ts'
import type { Request } from './mysql/request.ts'

/** Which end of a connection: the client's, the server's, or both. */
export type End = 'client' | 'server' | 'both'

const NOTHING = Buffer.alloc(0)

interface ConnectionOptions {
  readonly client: Socket
  readonly server: Socket
  readonly clock: Clock
  /** Its statements turn out not to be readable, or it is logged in. */
  readonly onReady: (connection: ProxiedConnection) => void
  readonly onClose: (connection: ProxiedConnection) => void
}

/** One client's connection through the proxy, and the proxy's to the server. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #conversation: Conversation
  readonly #lanes: Readonly<Record<Direction, Lane>>
  readonly #shapes = new Map<Fault, Partial<Record<Direction, Shape>>>()
  readonly #clock: Clock
  #faults: readonly Fault[] = []
  /** The chunk of replies that is being looked at, as far as it has not gone on. */
  #chunk: Buffer = NOTHING
  #passed = 0
  /** Nothing goes on to the client any more. */
  #silenced = false
  #requestStopped = false
  #endedEnds = 0

  constructor({ client, server, clock, onReady, onClose }: ConnectionOptions) {
    this.#client = client
    this.#server = server
    this.#clock = clock
    this.#lanes = { requests: new Lane(client, server, clock), replies: new Lane(server, client, clock) }
    this.#conversation = new Conversation({
      fromClient: (bytes, request) => this.#fromClient(bytes, request),
      replyBegins: (request, at) => this.#replyBegins(request, at),
      ready: () => onReady(this),
    })
    client.on('data', (chunk) => this.#conversation.client(chunk))
    client.once('end', () => {
      this.#conversation.clientEnded()
      this.#lanes.requests.end()
    })
    server.once('end', () => this.#lanes.replies.end())
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      // How one end breaks, so does the other.
      socket.on('error', () => this.reset(other === client ? 'client' : 'server'))
      socket.once('close', () => {
        this.#lanes.requests.close()
        if (++this.#endedEnds === 2) onClose(this)
        else if (socket === server) this.#lanes.replies.end()
        else other.destroySoon()
      })
    }
  }

  /** The lower 32 bits of CONNECTION_ID(), once the server has said it. */
  get connectionId(): number | undefined {
    return this.#conversation.connectionId
  }

  /** Why statements can't be seen, if so. */
  get obstacle(): Obstacle | undefined {
    return this.#conversation.obstacle
  }

  /** What the server says next. The chunk is this connection's from now on. */
  fromServer(chunk: Buffer): void {
    this.#chunk = chunk
    this.#passed = 0
    this.#conversation.server(chunk)
    this.#passUpTo(chunk.length)
  }

  /** The faults in force that concern it. */
  concern(faults: readonly Fault[]): void {
    this.#faults = faults
    for (const direction of ['requests', 'replies'] as const) {
      this.#lanes[direction].reshape(faults.flatMap((fault) => this.#shapeOf(fault, direction) ?? []))
    }
    for (const fault of this.#shapes.keys()) if (!faults.includes(fault)) this.#shapes.delete(fault)
  }

  /** Breaks the connection with RST, as a process does that is killed with bytes unread. */
  reset(end: End = 'both'): void {
    if (end !== 'server') {
      this.#lanes.replies.close()
      this.#client.resetAndDestroy()
    }
    if (end !== 'client') {
      this.#lanes.requests.close()
      this.#server.resetAndDestroy()
    }
  }

  /** Closes one direction with FIN: that end reads no more, and what it sends still arrives. */
  halfClose(end: Exclude<End, 'both'>): void {
    const lane = this.#lanes[end === 'client' ? 'replies' : 'requests']
    lane.end()
    lane.close()
  }

  /** Says goodbye to the client, as a server does that shuts down; what the server still says is lost. */
  close(): void {
    this.#silenced = true
    this.#lanes.replies.end(() => this.#client.destroySoon())
    this.#lanes.requests.close()
    this.#server.destroy()
  }

  /** From now on the client hears nothing; the server is not told. */
  silence(): void {
    this.#silenced = true
  }

  #shapeOf(fault: Fault, direction: Direction): Shape | undefined {
    if (fault.shape === undefined) return undefined
    const shapes = this.#shapes.get(fault) ?? {}
    this.#shapes.set(fault, shapes)
    return (shapes[direction] ??= fault.shape({ connection: this, direction, now: () => this.#clock.now() }))
  }

  #fromClient(bytes: Buffer, request: Request | undefined): void {
    // Bytes without a request belong to the last one.
    if (request !== undefined)
      this.#requestStopped = this.#faults.some((fault) => fault.request?.(request, this) === false)
    if (!this.#requestStopped) this.#lanes.requests.send(bytes)
  }

  #replyBegins(request: Request, at: number): boolean {
    if (this.#faults.length === 0) return true
    // What belongs to the answer before arrives, whatever happens to this one.
    this.#passUpTo(at)
    if (!this.#faults.some((fault) => fault.reply?.(request, this) === false)) return true
    this.#passed = this.#chunk.length
    return false
  }

  #passUpTo(end: number): void {
    const from = this.#passed
    if (this.#silenced || from >= end) return
    this.#passed = end
    this.#lanes.replies.send(from === 0 && end === this.#chunk.length ? this.#chunk : this.#chunk.subarray(from, end))
  }
}
