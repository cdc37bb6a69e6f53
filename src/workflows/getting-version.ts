import { parseServerVersion } from './server-version.ts'
import type { StepContext } from './workflow-context.ts'

/**
 * Reads the server's version into numbers.
 *
 * @throws ConnectError `CONNECT_UNKNOWN_VERSION`, StatementError
 */
export async function gettingVersion({ session, provide }: StepContext): Promise<void> {
  const [row] = await session.query<{ version: string }>`SELECT VERSION() AS version`
  provide({ serverVersion: parseServerVersion(row?.version ?? '') })
}
