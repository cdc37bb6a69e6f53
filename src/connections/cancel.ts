import type { Endpoint } from './endpoint.ts'
import { Wire } from './wire.ts'

/** Ends the statement that a session is running, over a connection of its own. The session stays usable. */
export async function killQuery(endpoint: Endpoint, connectionId: number, timeout: number): Promise<void> {
  const wire = await Wire.connect(endpoint, { timeout })
  try {
    await wire.send(`KILL QUERY ${connectionId}`)
  } finally {
    await wire.close()
  }
}
