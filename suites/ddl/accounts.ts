import type { Session, Tidb } from 'vitest-tidb'
import { openSession, Secret } from 'vitest-tidb/engine'

/** A session of another account than the test's own; it is for the caller to close. */
export function openAs(
  tidb: Tidb,
  account: { readonly user: string; readonly password: string; readonly database?: string | undefined },
): Promise<Session> {
  const { user, password, database } = account
  return openSession({
    name: user,
    endpoint: { ...tidb.endpoint, user, password: new Secret(password) },
    ...(database === undefined ? {} : { database }),
  })
}
