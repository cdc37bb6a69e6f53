import { sql } from '../connections/sql.ts'
import type { Session } from '../connections/session.ts'
import { StatementError } from '../errors/statement-error.ts'

interface Setting {
  readonly Name?: unknown
  readonly Value?: unknown
}

/** Whether IMPORT INTO can run on a server. */
export type ImportSupport =
  | { readonly supported: true }
  | { readonly supported: false; readonly reason: string; /** What was asked. */ readonly detectedBy: string }

const ASKED = "SHOW CONFIG WHERE type IN ('tidb', 'tikv') AND name IN ('store', 'storage.engine')"
/** The statement is not known; the user may not see the configuration. */
const NOT_TOLD: ReadonlySet<number> = new Set([1064, 1142, 1227, 8121])

/**
 * IMPORT INTO writes into TiKV. On unistore it fails with error 1105 (`URL scheme must be http…`), as there is no PD to
 * ask; and the store of an embedded cluster, which is unistore behind TiKV's protocol, takes no files. So the store is
 * asked for, rather than an import tried.
 */
export async function importSupport(session: Session): Promise<ImportSupport> {
  let rows: Setting[]
  try {
    rows = await session.query<Setting>`${sql.raw(ASKED)}`
  } catch (error) {
    if (!(error instanceof StatementError) || !NOT_TOLD.has(error.errno)) throw error
    return { supported: false, reason: `the server does not tell its store: ${error.symbol}`, detectedBy: ASKED }
  }
  const told = rows.map(({ Name, Value }) => ({ name: String(Name), value: String(Value) }))
  // A TiDB says `tikv` of all that speaks its protocol; what does says more of itself.
  const behind = told.filter(({ name, value }) => name === 'storage.engine' && value === 'unistore')
  const stores = [...new Set((behind.length > 0 ? behind : told.filter(isStore)).map(({ value }) => value))]
  if (stores.length > 0 && stores.every((store) => store === 'tikv')) return { supported: true }
  const reason =
    stores.length === 0 ? 'the server tells no store' : `it needs TiKV, and the store is ${stores.join(', ')}`
  return { supported: false, reason, detectedBy: ASKED }
}

function isStore({ name }: { readonly name: string }): boolean {
  return name === 'store'
}
