import type { Endpoint } from '../src/connections/endpoint.ts'
import { openSession } from '../src/connections/open-session.ts'
import { isTidbTestError } from '../src/errors/tidb-test-error.ts'

/** Opens a session and asks one query: what it takes to know that a server is there. */
export async function answer(endpoint: Endpoint): Promise<void> {
  const session = await openSession({ name: 'bench', endpoint })
  await session.query`SELECT 1`
  await session.close()
}

/** Tries until a server answers. @throws Error when it has not within so many seconds */
export async function answerEventually(endpoint: Endpoint, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1_000
  while (performance.now() < deadline) {
    try {
      return await answer(endpoint)
    } catch (error) {
      if (!isTidbTestError(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  throw new Error(`the bare server on port ${endpoint.port} did not answer within ${seconds} s`)
}
