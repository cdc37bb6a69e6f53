import { connect, type Socket } from 'node:net'
import { createConnection, type Connection } from 'mysql2'
import { connectErrorOf } from '../../connections/connect-failure.ts'
import { driverOptionsOf } from '../../connections/driver-options.ts'
import type { Endpoint } from '../../connections/endpoint.ts'

export interface TransportOptions {
  readonly endpoint: Endpoint
  readonly database?: string
  /** Milliseconds until connecting is given up. */
  readonly connectTimeout: number
}

/** The bytes of a connection that has logged in, and nothing else: what they mean is the business of who uses it. */
export interface Transport {
  /** The buffer may be used again once the server has answered. */
  write(bytes: Uint8Array): void
  /** Called with the first `length` bytes of a buffer that is used again as soon as the call returns. */
  onBytes: (bytes: Uint8Array, length: number) => void
  /** Called once, when the connection is gone. */
  onLost: (error: Error) => void
  destroy(): void
}

/** All sockets of a thread read into one buffer: what is read is parsed before the next read. */
const readBuffer = new Uint8Array(256 * 1024)

/** Without attributes and session tracking, packets are as short as they can be. */
const FLAGS = ['-CLIENT_QUERY_ATTRIBUTES', '-SESSION_TRACK', '-LOCAL_FILES', '-MULTI_STATEMENTS']

/** Of mysql2, as far as its types leave it out. */
interface DriverConnection extends Connection {
  stream: Socket
  packetParser: { execute(bytes: Buffer): void }
  write(bytes: Uint8Array): void
}

/**
 * Connects and logs in by mysql2, which knows every way of that, then takes its socket over.
 *
 * @throws ConnectError as openSession() does
 */
export function openTransport({ endpoint, database, connectTimeout }: TransportOptions): Promise<Transport> {
  return new Promise((resolve, reject) => {
    let transport: PlainTransport | undefined
    const driver = createConnection({
      ...driverOptionsOf(endpoint),
      ...(endpoint.tls === undefined
        ? { stream: () => (transport = new PlainTransport(endpoint.host, endpoint.port)).socket }
        : {}),
      ...(database === undefined ? {} : { database }),
      connectTimeout,
      charset: 'utf8mb4',
      flags: FLAGS,
    }) as DriverConnection
    const fail = (error: Error): void => {
      driver.destroy()
      reject(connectErrorOf(error as Parameters<typeof connectErrorOf>[0], endpoint, database))
    }
    driver.once('error', fail)
    driver.once('connect', () => {
      driver.removeListener('error', fail)
      if (transport === undefined) {
        resolve(new DriverTransport(driver))
        return
      }
      transport.takeOver()
      resolve(transport)
    })
  })
}

/** A plain socket that reads into a buffer of ours, which costs a third less than events with a new buffer each. */
class PlainTransport implements Transport {
  readonly socket: Socket
  onBytes: Transport['onBytes'] = () => undefined
  onLost: Transport['onLost'] = () => undefined
  #takenOver = false

  constructor(host: string, port: number) {
    this.socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      onread: {
        buffer: readBuffer,
        callback: (length, bytes) => {
          if (this.#takenOver) this.onBytes(bytes, length)
          // The driver keeps what it is given.
          else this.socket.emit('data', Buffer.from(bytes.subarray(0, length)))
          return true
        },
      },
    })
  }

  takeOver(): void {
    this.#takenOver = true
    for (const event of ['data', 'error', 'end', 'close']) this.socket.removeAllListeners(event)
    let cause: Error | undefined
    this.socket.on('error', (error: Error) => {
      cause = error
    })
    this.socket.once('end', () => this.socket.destroy())
    this.socket.once('close', () => this.onLost(cause ?? closedByServer()))
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  destroy(): void {
    this.socket.destroy()
  }
}

/** Over TLS the driver keeps the socket to itself; what comes out of it goes past the driver's parser. */
class DriverTransport implements Transport {
  readonly #driver: DriverConnection
  onBytes: Transport['onBytes'] = () => undefined
  onLost: Transport['onLost'] = () => undefined

  constructor(driver: DriverConnection) {
    this.#driver = driver
    driver.packetParser = { execute: (bytes) => this.onBytes(bytes, bytes.length) }
    let cause: Error | undefined
    driver.on('error', (error: Error) => {
      cause = error
    })
    driver.stream.once('close', () => this.onLost(cause ?? closedByServer()))
  }

  write(bytes: Uint8Array): void {
    // TLS may hold on to the bytes.
    this.#driver.write(Buffer.from(bytes))
  }

  destroy(): void {
    this.#driver.destroy()
  }
}

function closedByServer(): Error {
  return Object.assign(new Error('the server closed the connection'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true })
}
