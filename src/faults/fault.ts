import type { Request } from './mysql/request.ts'
import type { ProxiedConnection } from './proxied-connection.ts'

/** From the client to the server, or back. */
export type Direction = 'requests' | 'replies'

/** Bytes on their way, and when they may go on. */
export interface Parcel {
  readonly bytes: Buffer
  /** Time of the clock; 0 is at once, Infinity when the fault is over. */
  readonly due: number
  /** It travels in a turn of its own, so that it is not received together with the one before it. */
  readonly apart?: true
  /** Happens when the bytes have gone on. */
  readonly afterwards?: () => void
}

/** What a shape needs to know of where the bytes travel. Each fault has one for each direction of each connection. */
export interface Flow {
  readonly connection: ProxiedConnection
  readonly direction: Direction
  readonly now: () => number
}

/** Something that goes wrong on the wire for as long as it is in force. One file for each in the folder `faults`. */
export interface Fault {
  /** For messages, such as `loseReply({ of: 'COMMIT' })`. */
  readonly name: string
  /** It is aimed at statements, so it needs connections whose statements can be seen. */
  readonly ofStatements?: boolean
  /** What must happen while it is in force, or the scope fails: `no statement matched`. Absent: nothing must. */
  readonly mustHappen?: string
  /** Comes into force: what it does to the connections that are open. Returns what undoes it. */
  begin?(place: FaultPlace): Promise<Undo | void> | Undo | void
  /** A client has connected; the server has not been asked yet. */
  connected?(connection: ProxiedConnection): void
  /** What becomes of the bytes that a flow carries: made once for each flow. */
  shape?(flow: Flow): Shape
  /** A command is about to be sent. False: it is not sent. */
  request?(request: Request, connection: ProxiedConnection): boolean
  /** The first bytes of the reply to a command are there. False: they do not go on, and neither does what follows. */
  reply?(request: Request, connection: ProxiedConnection): boolean
  /** How often it has happened. */
  readonly happened: number
}

export type Undo = () => Promise<void>

export type Shape = (parcel: Parcel) => Iterable<Parcel>

/** What a fault can reach when it comes into force. */
export interface FaultPlace {
  /** Open connections that it concerns. */
  readonly connections: readonly ProxiedConnection[]
  /** Whether new connections are taken. */
  listen(open: boolean): Promise<void>
}
