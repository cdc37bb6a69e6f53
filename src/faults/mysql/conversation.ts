import { agreed, asksForTls, CAPABILITY, obstacleIn, readGreeting, type Obstacle } from './capabilities.ts'
import { COMMAND, replyKindOf } from './commands.ts'
import { PacketReader, type PacketHead } from './packet-reader.ts'
import { ReplyProgress } from './reply-progress.ts'
import { Request } from './request.ts'
import { RequestSplitter } from './request-splitter.ts'

export interface ConversationListener {
  /** Bytes of the client that may go on to the server; `request` when a command begins with them. */
  fromClient(bytes: Buffer, request: Request | undefined): void
  /** The reply to the request begins at this place of the chunk. False: the rest of the chunk is not looked at. */
  replyBegins(request: Request, at: number): boolean
  /** The client is logged in, or its statements turn out not to be readable. */
  ready(): void
}

interface OpenRequest {
  readonly request: Request
  readonly progress: ReplyProgress
  begun: boolean
}

/** Enough of a greeting for the longest version, and of any other packet for what is read of it. */
const GREETING_HEAD = 512
const HEAD = 32

/** Follows what a client and a server say to each other: the login, then commands and the replies to them. */
export class Conversation {
  readonly #listener: ConversationListener
  readonly #splitter: RequestSplitter
  readonly #reader: PacketReader
  /** SQL of prepared statements by their ids. */
  readonly #prepared = new Map<number, string>()
  /** Commands whose replies have not ended, in the order in which they were sent. */
  readonly #open: OpenRequest[] = []
  #stage: 'greeting' | 'login' | 'authentication' | 'commands' = 'greeting'
  #capabilities = 0
  #connectionId: number | undefined
  #obstacle: Obstacle | undefined

  constructor(listener: ConversationListener) {
    this.#listener = listener
    this.#splitter = new RequestSplitter({
      packet: (bytes, payload) => this.#clientPacket(bytes, payload),
      more: (bytes) => this.#listener.fromClient(bytes, undefined),
    })
    this.#reader = new PacketReader({
      wanted: () => (this.#stage === 'greeting' ? GREETING_HEAD : HEAD),
      begins: (at) => this.#replyBegins(at),
      packet: (head) => this.#serverPacket(head),
    })
  }

  /** The lower 32 bits of CONNECTION_ID(), once the server has said it. */
  get connectionId(): number | undefined {
    return this.#connectionId
  }

  /** Why statements can't be seen, if so. */
  get obstacle(): Obstacle | undefined {
    return this.#obstacle
  }

  client(chunk: Buffer): void {
    if (this.#obstacle !== undefined) return this.#listener.fromClient(chunk, undefined)
    this.#splitter.read(chunk)
    // What has come behind the wish for encryption is no packet.
    if (this.#obstacle !== undefined) this.clientEnded()
  }

  server(chunk: Buffer): void {
    if (this.#obstacle === undefined) this.#reader.read(chunk)
  }

  /** The client says no more; what it has begun to say goes on. */
  clientEnded(): void {
    const rest = this.#splitter.takeRest()
    if (rest.length > 0) this.#listener.fromClient(rest, undefined)
  }

  #clientPacket(bytes: Buffer, payload: Buffer): void {
    const [current] = this.#open
    if (this.#obstacle === undefined && this.#stage === 'commands') {
      if (current?.progress.wantsFile !== true) return this.#command(bytes, payload)
      if (payload.length === 0) current.progress.fileSent()
    } else if (this.#stage === 'login') {
      this.#clientLogin(payload)
    }
    this.#listener.fromClient(bytes, undefined)
  }

  #clientLogin(payload: Buffer): void {
    this.#stage = 'authentication'
    if (asksForTls(payload)) this.#blind('encrypted')
    else this.#capabilities = agreed(this.#capabilities, payload)
  }

  #command(bytes: Buffer, payload: Buffer): void {
    const command = payload[0] ?? COMMAND.quit
    const statement = payload.length < 5 ? -1 : payload.readUInt32LE(1)
    const request = new Request(payload, {
      attributes: this.#has(CAPABILITY.queryAttributes),
      prepared: command === COMMAND.statementExecute ? this.#prepared.get(statement) : undefined,
    })
    if (command === COMMAND.statementClose) this.#prepared.delete(statement)
    if (replyKindOf(command) !== 'none') {
      const progress = new ReplyProgress(command, this.#has(CAPABILITY.deprecateEof))
      this.#open.push({ request, progress, begun: false })
    }
    this.#listener.fromClient(bytes, request)
  }

  #replyBegins(at: number): boolean {
    const [next] = this.#open
    if (next === undefined || next.begun) return true
    next.begun = true
    return this.#listener.replyBegins(next.request, at)
  }

  #serverPacket(head: PacketHead): void {
    if (this.#stage === 'greeting') return this.#greeting(head.bytes)
    if (this.#stage !== 'commands') return this.#authenticated(head.bytes)
    const [current] = this.#open
    if (current === undefined || !current.progress.take(head)) return
    this.#open.shift()
    const { prepared } = current.progress
    if (prepared !== undefined) this.#prepared.set(prepared, current.request.sql)
  }

  #greeting(payload: Buffer): void {
    const greeting = readGreeting(payload)
    // A server that has no place for the client says so, and that is all.
    if (greeting === undefined) return
    this.#connectionId = greeting.connectionId
    this.#capabilities = greeting.capabilities
    this.#stage = 'login'
  }

  /** What comes before the OK asks for more of the password. */
  #authenticated([type]: Buffer): void {
    if (type !== 0) return
    this.#stage = 'commands'
    const obstacle = obstacleIn(this.#capabilities)
    if (obstacle === undefined) this.#listener.ready()
    else this.#blind(obstacle)
  }

  #blind(obstacle: Obstacle): void {
    this.#obstacle = obstacle
    this.#listener.ready()
  }

  #has(flag: number): boolean {
    return (this.#capabilities & flag) !== 0
  }
}
