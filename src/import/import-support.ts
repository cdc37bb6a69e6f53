import type { Session } from '../connections/session.ts'
import { StatementError } from '../errors/statement-error.ts'

/** Whether IMPORT INTO can run on a server. */
export type ImportSupport =
  | { readonly supported: true }
  | { readonly supported: false; readonly reason: string; /** What was asked. */ readonly detectedBy: string }

const ASKED = "SHOW CONFIG WHERE type = 'tidb' AND name = 'store'"
/** The statement is not known; the user may not see the configuration. */
const NOT_TOLD: ReadonlySet<number> = new Set([1064, 1142, 1227, 8121])

/**
 * IMPORT INTO writes into TiKV. On unistore it fails with error 1105 (`URL scheme must be http…`), as there is no PD to
 * ask; so the store is asked for, rather than an import tried.
 */
export async function importSupport(session: Session): Promise<ImportSupport> {
  let rows: { readonly Value?: unknown }[]
  try {
    rows = await session.query<{ readonly Value?: unknown }>`SHOW CONFIG WHERE type = 'tidb' AND name = 'store'`
  } catch (error) {
    if (!(error instanceof StatementError) || !NOT_TOLD.has(error.errno)) throw error
    return { supported: false, reason: `the server does not tell its store: ${error.symbol}`, detectedBy: ASKED }
  }
  const stores = [...new Set(rows.map(({ Value }) => String(Value)))]
  if (stores.length > 0 && stores.every((store) => store === 'tikv')) return { supported: true }
  const reason =
    stores.length === 0 ? 'the server tells no store' : `it needs TiKV, and the store is ${stores.join(', ')}`
  return { supported: false, reason, detectedBy: ASKED }
}
