import { sleep } from '../clock/sleep.ts'
import type { Session } from '../connections/session.ts'
import { isConnectionLost } from '../errors/classify.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { isTidbTestError } from '../errors/tidb-test-error.ts'
import type { StepContext } from './workflow-context.ts'

const ATTEMPTS = 4
const FIRST_DELAY = 50

/**
 * Opens the session of the run, trying again after failures that may pass; it is closed when the run has ended. A
 * database that does not exist is left for the state that verifies it.
 *
 * @throws ConnectError
 */
export async function connecting(context: StepContext): Promise<void> {
  const session = await connectPatiently(context, context.database)
  context.onCleanup(() => session.close())
  context.provide({ session })
}

async function connectPatiently(context: StepContext, database: string | undefined): Promise<Session> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await opened(context, database)
    } catch (error) {
      if (database !== undefined && isTidbTestError(error) && error.code === 'CONNECT_UNKNOWN_DATABASE') {
        return connectPatiently(context, undefined)
      }
      if (!isTransient(error)) throw error
      if (attempt === ATTEMPTS) throw gaveUp(error)
      // Full jitter: many runs that lost the same server must not come back at the same moment.
      await sleep(context.clock, Math.random() * FIRST_DELAY * 2 ** attempt, context.signal)
    }
  }
}

/** A session that arrives after the state was given up is closed: nobody else would know of it. */
async function opened(context: StepContext, database: string | undefined): Promise<Session> {
  const session = await context.connect({ name: 'machine', database, signal: context.signal })
  if (!context.signal.aborted) return session
  await session.close()
  throw context.signal.reason
}

function isTransient(error: unknown): error is ConnectError {
  if (!isTidbTestError(error)) return false
  const code = (error.cause as { code?: unknown } | undefined)?.code
  return isConnectionLost(error.cause) || code === 'EAI_AGAIN' || code === 'ER_CON_COUNT_ERROR'
}

function gaveUp(error: ConnectError): ConnectError {
  return new ConnectError(error.code, `${error.message}\n  Tried ${ATTEMPTS} times.`, {
    cause: error,
    context: { ...error.context, attempts: ATTEMPTS },
  })
}
