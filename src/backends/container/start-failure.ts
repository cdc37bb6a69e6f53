import { BackendError } from '../../errors/backend-error.ts'
import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import { portInUse } from '../port-in-use.ts'
import { SQL_PORT } from './tidb-ports.ts'

/** What a failed start says of itself, from what the engine said. */
export function startFailure(image: string, port: number | undefined, error: unknown): unknown {
  if (isTidbTestError(error)) return error
  // The engine's words, by way of its HTTP interface.
  if (port !== undefined && /port is already allocated|address already in use/i.test(messageOf(error))) {
    return portInUse(port, error)
  }
  return new BackendError(
    'BACKEND_CONTAINER_FAILED',
    `The container of ${image} cannot start: ${messageOf(error).trim()}`,
    {
      cause: error,
      context: { image },
      remedy: `Try it by hand: docker run --rm -p ${SQL_PORT} ${image}`,
    },
  )
}
