import { connect, type Socket } from 'node:net'
import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { addressOf, type Endpoint } from '../connections/endpoint.ts'
import { FaultError } from '../errors/fault-error.ts'
import { checkOption } from './check-option.ts'
import type { Fault } from './fault.ts'
import { FaultScope, type ScopeOptions, type SessionLike } from './fault-scope.ts'
import { Listener } from './listener.ts'
import { ProxiedConnection } from './proxied-connection.ts'

const READ_AT_ONCE = 65_536

export interface FaultProxyOptions {
  /** Ends every fault when it aborts: no scope outlives a test that has timed out. */
  readonly signal?: AbortSignal
  readonly clock?: Clock
  /** Told of each fault when it is over. */
  readonly onOver?: (fault: PastFault) => void
}

/** A fault that was in force. Times in milliseconds since the Unix epoch. */
export interface PastFault {
  /** Such as `loseReply({ of: 'COMMIT' })`. */
  readonly name: string
  readonly from: number
  readonly to: number
  /** Whom it concerned; undefined for every connection. */
  readonly only: readonly SessionLike[] | undefined
}

/**
 * A TCP proxy in front of a server. Without a fault in force it forwards bytes as they come, and only follows where
 * packets begin, so that faults are met by connections that were opened long before.
 */
export class FaultProxy {
  /** The server behind it. */
  readonly behind: Endpoint
  readonly #listener: Listener
  readonly #clock: Clock
  readonly #onOver: FaultProxyOptions['onOver']
  readonly #connections = new Set<ProxiedConnection>()
  readonly #scopes = new Set<FaultScope>()
  #closed = false

  private constructor(behind: Endpoint, listener: Listener, options: FaultProxyOptions) {
    const { signal, clock = systemClock, onOver } = options
    this.behind = behind
    this.#listener = listener
    this.#clock = clock
    this.#onOver = onOver
    signal?.addEventListener('abort', () => this.heal(signal.reason), { once: true })
  }

  static async before(behind: Endpoint, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const listener = await Listener.open((client) => proxy.#join(client))
    const proxy: FaultProxy = new FaultProxy(behind, listener, options)
    return proxy
  }

  /** Where clients connect: the endpoint of the server, but for host and port. A certificate is for the server's host. */
  get endpoint(): Endpoint {
    const { host, tls } = this.behind
    return {
      ...this.behind,
      host: '127.0.0.1',
      port: this.#listener.port,
      ...(tls === undefined ? {} : { tls: { host, ...tls } }),
    }
  }

  /** How many clients are connected. */
  get connections(): number {
    return this.#connections.size
  }

  /**
   * Runs the body with faults in force, on connections that are open and on new ones, and undoes them when it has ended,
   * however it ends.
   *
   * @throws FaultError `FAULT_DID_NOT_HAPPEN` when a fault that is aimed at something never met it, `FAULT_ENCRYPTED` or
   *   `FAULT_COMPRESSED` when it is aimed at statements that can't be seen, `FAULT_OPTION`; whatever the body throws
   */
  async during<R>(faults: Fault | readonly Fault[], body: () => Promise<R>, options: ScopeOptions = {}): Promise<R> {
    if (this.#closed) throw new FaultError('FAULT_CLOSED', `the proxy before ${addressOf(this.behind)} is closed`)
    const all = [faults].flat()
    if (options.for !== undefined && options.for !== Infinity) {
      checkOption(all.map(({ name }) => name).join(' and '), 'for', options.for, 0)
    }
    const scope = new FaultScope(all, {
      ...options,
      clock: this.#clock,
      connections: this.#connections,
      changed: () => this.#concern(),
      listen: (open) => (open ? this.#listener.reopen() : this.#listener.refuse()),
    })
    const from = this.#clock.now()
    this.#scopes.add(scope)
    try {
      return await scope.run(body)
    } finally {
      this.#scopes.delete(scope)
      const to = Math.min(this.#clock.now(), from + (options.for ?? Infinity))
      const only = options.only === undefined ? undefined : [options.only].flat()
      for (const { name } of all) this.#onOver?.({ name, from, to, only })
    }
  }

  /** Undoes every fault that is in force, now. Bodies can't be stopped; their scopes fail with the reason. */
  heal(reason: unknown = new FaultError('FAULT_CLOSED', 'the fault was undone before its body had ended')): void {
    for (const scope of this.#scopes) scope.end(reason)
  }

  /** Undoes every fault, breaks every connection, and lets the port go. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true
    this.heal()
    for (const connection of this.#connections) connection.reset()
    await this.#listener.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #join(client: Socket): void {
    if (this.#closed) {
      client.destroy()
      return
    }
    const server = connect({
      host: this.behind.host,
      port: this.behind.port,
      noDelay: true,
      allowHalfOpen: true,
      // Read into one buffer: Node would allocate 64 KiB for each reply, which costs more than copying what is small.
      onread: {
        buffer: Buffer.allocUnsafe(READ_AT_ONCE),
        callback: (length, buffer) => {
          connection.fromServer(Buffer.from(buffer.subarray(0, length)))
          return true
        },
      },
    })
    const connection: ProxiedConnection = new ProxiedConnection({
      client,
      server,
      clock: this.#clock,
      onReady: (ready) => this.#scopes.forEach((scope) => scope.sees(ready)),
      onClose: (closed) => this.#connections.delete(closed),
    })
    this.#connections.add(connection)
    const faults = this.#faultsOf(connection)
    connection.concern(faults)
    for (const fault of faults) fault.connected?.(connection)
  }

  #concern(): void {
    for (const connection of this.#connections) connection.concern(this.#faultsOf(connection))
  }

  #faultsOf(connection: ProxiedConnection): Fault[] {
    return [...this.#scopes].flatMap((scope) => scope.faultsOf(connection))
  }
}
