import { StatementError, type Session } from 'vitest-tidb'

/**
 * Sends DDL that is to fail, and again while it fails with 8028: TiDB answers so in place of the real error when DDL of
 * another session ended meanwhile, which on a shared server may be that of another test.
 * Source: DDLExec.toErr in pkg/executor/ddl.go of TiDB 8.5.
 *
 * @throws Error when the DDL succeeds
 */
export async function failureOf(db: Session, ddl: string): Promise<StatementError> {
  for (;;) {
    try {
      await db.script(ddl)
    } catch (error) {
      if (!(error instanceof StatementError)) throw error
      if (error.errno !== 8028) return error
      continue
    }
    throw new Error(`this DDL was to fail, and succeeded: ${ddl}`)
  }
}
