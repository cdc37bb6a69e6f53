import type { Endpoint } from '../connections/endpoint.ts'
import { openWire } from '../connections/open-session.ts'
import { identityOf, type ReferenceIdentity } from './reference-product.ts'

/** Logs in and asks the server what it is. @throws ConnectError */
export async function identifyReference(
  endpoint: Endpoint,
  options: { readonly connectTimeout: number; readonly signal?: AbortSignal | undefined },
): Promise<ReferenceIdentity & { readonly dataDirectory: string }> {
  const { connectTimeout, signal } = options
  const { wire } = await openWire({ endpoint, connectTimeout, ...(signal === undefined ? {} : { signal }) })
  try {
    const [reply] = await wire.send('SELECT VERSION() AS version, @@datadir AS directory')
    const row = reply !== undefined && 'rows' in reply ? reply.rows[0] : undefined
    return { ...identityOf(String(row?.['version'])), dataDirectory: String(row?.['directory']) }
  } finally {
    await wire.close()
  }
}
