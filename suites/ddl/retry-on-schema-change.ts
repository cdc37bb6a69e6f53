import { StatementError } from 'vitest-tidb'

const SCHEMA_CHANGED = 8028
const ATTEMPTS = 50

/**
 * Runs an ALTER TABLE again while TiDB answers 8028, `Information schema is changed … [try again later]`: it does so
 * when another session's DDL ends while it looks at the columns, and on a server that others use there is always some.
 */
export async function retryOnSchemaChange<Result>(statement: () => PromiseLike<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await statement()
    } catch (error) {
      const changed = error instanceof StatementError && error.errno === SCHEMA_CHANGED
      if (!changed || attempt === ATTEMPTS) throw error
    }
  }
}
