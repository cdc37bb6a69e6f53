import type { Endpoint } from '../../connections/endpoint.ts'
import { openWire } from '../../connections/open-session.ts'

/**
 * Where the data is in TiKV, TiDB fills a new index by files that it hands to the stores; unistore takes none, and
 * ADD INDEX would try for a minute. So indexes are filled by transactions, as they are on one server over unistore.
 */
export async function adaptToUnistore(endpoint: Endpoint): Promise<void> {
  const { wire } = await openWire({ endpoint })
  try {
    await wire.send('SET GLOBAL tidb_enable_dist_task = OFF')
    await wire.send('SET GLOBAL tidb_ddl_enable_fast_reorg = OFF')
  } finally {
    await wire.close()
  }
}
