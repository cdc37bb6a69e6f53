import type { Session } from '../connections/session.ts'
import { isTidbTestError } from '../errors/tidb-test-error.ts'
import { retry } from '../resilience/retry.ts'
import { connectingRetry } from '../resilience/retry-options.ts'
import type { StepContext } from './workflow-context.ts'

/**
 * Opens the session of the run, trying again after failures that may pass; it is closed when the run has ended. A
 * database that does not exist is left for the state that verifies it.
 *
 * @throws ConnectError
 */
export async function connecting(context: StepContext): Promise<void> {
  const { clock, signal } = context
  const session = await retry(
    () => openedWhere(context),
    { operation: 'connecting', preset: connectingRetry, clock, signal },
    context.retry,
  )
  context.onCleanup(() => session.close())
  context.provide({ session })
}

async function openedWhere(context: StepContext): Promise<Session> {
  const { database } = context
  try {
    return await opened(context, database)
  } catch (error) {
    const missing = database !== undefined && isTidbTestError(error) && error.code === 'CONNECT_UNKNOWN_DATABASE'
    if (missing) return opened(context, undefined)
    throw error
  }
}

/** A session that arrives after the state was given up is closed: nobody else would know of it. */
async function opened(context: StepContext, database: string | undefined): Promise<Session> {
  const session = await context.connect({ name: 'machine', database, signal: context.signal })
  if (!context.signal.aborted) return session
  await session.close()
  throw context.signal.reason
}
