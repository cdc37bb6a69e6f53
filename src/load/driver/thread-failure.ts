import { ConnectError } from '../../errors/connect-error.ts'
import { isTidbTestError, messageOf, TidbTestError } from '../../errors/tidb-test-error.ts'
import type { ThreadFailure } from './thread-protocol.ts'

export function failureOf(error: unknown): ThreadFailure {
  const known = isTidbTestError(error) ? { kind: error.kind, code: error.code } : { kind: 'foreign' }
  const { name, stack } = error instanceof Error ? error : { name: 'Error', stack: undefined }
  return { ...known, name, message: messageOf(error), ...(stack === undefined ? {} : { stack }) }
}

/** The error again, with the stack that it had in its thread. The remedy is in the message already. */
export function errorOf({ kind, name, message, code, stack }: ThreadFailure): Error {
  const error =
    code === undefined
      ? Object.assign(new Error(message), { name })
      : kind === 'connect'
        ? new ConnectError(code, message)
        : new TidbTestError(code, message)
  if (stack !== undefined) error.stack = stack
  return error
}
