import type { Endpoint } from '../connections/endpoint.ts'
import type { Fault } from './fault.ts'
import { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts'
import type { ScopeOptions } from './fault-scope.ts'
import { bandwidth, type BandwidthOptions } from './faults/bandwidth.ts'
import { byteLimit, type ByteLimitOptions } from './faults/byte-limit.ts'
import { connecting, type ConnectingOptions } from './faults/connecting.ts'
import { cutReply, type CutReplyOptions } from './faults/cut-reply.ts'
import { dropRequest, type DropRequestOptions } from './faults/drop-request.ts'
import { halfClose, type HalfCloseOptions } from './faults/half-close.ts'
import { holdStatement } from './faults/hold-statement.ts'
import { latency, type LatencyOptions } from './faults/latency.ts'
import { loseReply, type LoseReplyOptions } from './faults/lose-reply.ts'
import { refuse } from './faults/refuse.ts'
import { reset, type ResetOptions } from './faults/reset.ts'
import { slicing, type SlicingOptions } from './faults/slicing.ts'
import { stall } from './faults/stall.ts'
import type { StatementMatch } from './statement-match.ts'
import type { DirectionOption } from './which-direction.ts'

/** Work that is done while a fault is in force. */
export type Body<R> = () => Promise<R>

/**
 * Faults on the wire to one server, each in force while a body runs. They concern every connection through the proxy, open
 * or new, unless `only` names sessions. What each throws beside what the body throws: see `FaultProxy.during`.
 */
export class Faults {
  readonly #proxy: FaultProxy

  constructor(proxy: FaultProxy) {
    this.#proxy = proxy
  }

  /** A proxy before a server. */
  static async before(endpoint: Endpoint, options: FaultProxyOptions = {}): Promise<Faults> {
    return new Faults(await FaultProxy.before(endpoint, options))
  }

  /** Where clients connect to meet the faults. */
  get endpoint(): Endpoint {
    return this.#proxy.endpoint
  }

  /** How many clients are connected through the proxy. */
  get connections(): number {
    return this.#proxy.connections
  }

  /** The server gets the statement and answers; the connection breaks, and the client never hears it. */
  loseReply<R>(options: LoseReplyOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(loseReply(options), body, options)
  }

  /** The connection breaks before the server gets the statement. */
  dropRequest<R>(options: DropRequestOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(dropRequest(options), body, options)
  }

  /** The connection breaks when so many bytes of the statement's reply have arrived. */
  cutReply<R>(options: CutReplyOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(cutReply(options), body, options)
  }

  /** The statement gets to the server only when the body has ended. */
  holdStatement<R>(options: StatementMatch & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(holdStatement(options), body, options)
  }

  /** Bytes arrive later, with jitter if wanted. */
  latency<R>(options: LatencyOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(latency(options), body, options)
  }

  /** So many bytes a second, and no more. */
  bandwidth<R>(options: BandwidthOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(bandwidth(options), body, options)
  }

  /** What is sent at once arrives in pieces. */
  slicing<R>(options: SlicingOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(slicing(options), body, options)
  }

  /** Nothing arrives until the body has ended, or for so many milliseconds: `{ for: 2_000 }`. */
  stall<R>(options: DirectionOption & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(stall(options), body, options)
  }

  /** So many bytes get through, then the connection breaks, closes or falls silent. */
  byteLimit<R>(options: ByteLimitOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(byteLimit(options), body, options)
  }

  /** Breaks open connections with RST before the body begins. */
  reset<R>(options: ResetOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(reset(options), body, options)
  }

  /** Closes one direction of open connections with FIN before the body begins. */
  halfClose<R>(options: HalfCloseOptions & ScopeOptions, body: Body<R>): Promise<R> {
    return this.during(halfClose(options), body, options)
  }

  /** New connections are refused while the body runs. */
  refuse<R>(body: Body<R>): Promise<R> {
    return this.during(refuse(), body)
  }

  /** New connections are taken and broken, or never greeted. */
  connecting<R>(options: ConnectingOptions, body: Body<R>): Promise<R> {
    return this.during(connecting(options), body)
  }

  /** The same with faults that are put together, or of one's own: bytes go through them in this order. */
  during<R>(faults: Fault | readonly Fault[], body: Body<R>, { only, for: time }: ScopeOptions = {}): Promise<R> {
    return this.#proxy.during(faults, body, {
      ...(only === undefined ? {} : { only }),
      ...(time === undefined ? {} : { for: time }),
    })
  }

  /** Undoes every fault that is in force, now; the bodies go on, and their scopes fail. */
  heal(reason?: unknown): void {
    this.#proxy.heal(reason)
  }

  /** Undoes every fault and breaks every connection. Idempotent. */
  close(): Promise<void> {
    return this.#proxy.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
