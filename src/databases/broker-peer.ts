import type { Socket } from 'node:net'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import type { BrokerCalls, Holder } from './broker-calls.ts'
import { parseMessage, requestSchema, type BrokerMessage } from './broker-protocol.ts'
import { jsonLines } from './json-lines.ts'

/** One worker, seen from the main process. When its connection closes, what it held is taken back. */
export class BrokerPeer {
  /** Resolves when the connection is closed and everything that the worker held is back. */
  readonly gone: Promise<void>
  readonly #socket: Socket

  /** The socket must be open; whoever accepted it listens to its errors. */
  constructor(socket: Socket, calls: BrokerCalls) {
    this.#socket = socket
    const lines = jsonLines(
      socket,
      (value) => void answer(value),
      () => socket.destroy(),
    )
    const send = (message: BrokerMessage): void => lines.send(message)
    const holder: Holder = calls.join((server, error) => send({ died: { server, message: error.message } }))
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
    })
    this.gone = closed.then(() => calls.leave(holder))

    const answer = async (value: unknown): Promise<void> => {
      const id = idOf(value)
      try {
        const { call } = parseMessage(requestSchema, value, 'A request to the broker')
        send({ id, result: await calls.answer(holder, call) })
      } catch (error) {
        const known = isTidbTestError(error) ? error : undefined
        send({
          id,
          error: {
            type: known?.name ?? 'DatabaseError',
            code: known?.code ?? 'DATABASE_UNEXPECTED',
            message: messageOf(error),
          },
        })
      }
    }
  }

  disconnect(): void {
    this.#socket.destroy()
  }
}

/** Lets even a request that is wrong otherwise be answered; -1 is nobody's. */
function idOf(value: unknown): number {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number' ? value.id : -1
}
