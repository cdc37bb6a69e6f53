import { ConnectError } from '../errors/connect-error.ts'
import { parseServerVersion } from './server-version.ts'
import type { StepContext } from './workflow-context.ts'

/**
 * Sees that a statement is answered, and by what: the states that follow may ask for the server's version.
 *
 * @throws ConnectError, StatementError
 */
export async function testingConnection({ session, provide }: StepContext): Promise<void> {
  const [row] = await session.query<{ one: number; version: string }>`SELECT 1 AS one, VERSION() AS version`
  if (row?.one !== 1) {
    throw new ConnectError('CONNECT_WRONG_ANSWER', `the server answered SELECT 1 with ${String(row?.one)}`, {
      remedy: 'Is something that only looks like TiDB between here and the server?',
    })
  }
  provide({ serverVersion: parseServerVersion(row.version) })
}
