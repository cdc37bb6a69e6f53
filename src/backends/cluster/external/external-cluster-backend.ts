import type { ResolvedConfig } from '../../../config/resolved-config.ts'
import { parseHost } from '../../../config/host.ts'
import { urlOf, type Endpoint } from '../../../connections/endpoint.ts'
import { openWire } from '../../../connections/open-session.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import { ConnectError } from '../../../errors/connect-error.ts'
import type { Availability, Backend, RunningBackend, RunningServer } from '../../backend.ts'
import { configuredEndpoint } from '../../external/configured-endpoint.ts'
import { identifyServer } from '../../external/identify-server.ts'
import type { ClusterStore } from '../cluster.ts'
import { describeCounts } from '../cluster-counts.ts'
import { ExternalCluster, type ExternalTidb } from './external-cluster.ts'

const CHECK_TIMEOUT = 5_000
const CONNECT_TIMEOUT = 10_000
/** ER_SPECIFIC_ACCESS_DENIED_ERROR */
const ACCESS_DENIED = 1227

interface Seen {
  readonly tidbs: readonly ExternalTidb[]
  readonly version: string
  readonly store: ClusterStore
  readonly pd: number
  readonly kv: number
}

/** A cluster that somebody else runs, such as tiup playground's or TiDB Operator's: shared by all, never changed. */
export function externalClusterBackend(config: Pick<ResolvedConfig, 'backend' | 'database' | 'origin'>): Backend {
  const endpoints = endpointsOf(config)
  const detail = endpoints.map((endpoint) => urlOf(endpoint)).join(', ')
  return {
    kind: 'cluster',
    async check(signal): Promise<Availability> {
      if (endpoints.length === 0) {
        const remedy = 'Set backend.cluster.endpoints (TIDB_CLUSTER_ENDPOINTS), such as db1:4000,db2:4000.'
        return { usable: false, reason: 'an external cluster needs the endpoints of its TiDBs', remedy }
      }
      try {
        const { version } = await look(endpoints, CHECK_TIMEOUT, signal)
        return { usable: true, ready: true, detail: `${detail}, ${version}` }
      } catch (error) {
        if (!(error instanceof ConnectError) && !(error instanceof BackendError)) throw error
        const remedy = error.remedy ?? 'Check backend.cluster.endpoints.'
        return { usable: false, reason: error.message.split('\n')[0] ?? '', remedy }
      }
    },
    async start({ signal }): Promise<RunningBackend> {
      const { tidbs, version, store, pd, kv } = await look(
        endpoints,
        config.database.timeout ?? CONNECT_TIMEOUT,
        signal,
      )
      const server: RunningServer = {
        endpoint: endpoints[0] as Endpoint,
        cluster: new ExternalCluster(tidbs, store),
        readyDatabases: [],
        died: new Promise(() => undefined),
        stop: () => Promise.resolve(),
      }
      const stores = store === 'tikv' ? 'TiKV' : "unistore behind TiKV's protocol"
      return {
        kind: 'cluster',
        version,
        store,
        detail: `${describeCounts({ tidb: endpoints.length, pd, kv })} (${stores}), external: ${detail}`,
        sharing: 'shared',
        openServer: () => Promise.resolve(server),
        stop: () => Promise.resolve(),
      }
    },
  }
}

/** User, password, TLS and timeout are those of the settings of the database. */
function endpointsOf(config: Pick<ResolvedConfig, 'backend' | 'database' | 'origin'>): readonly Endpoint[] {
  const { statusPort: _ofOne, ...login } = configuredEndpoint(config)
  return (config.backend.cluster.endpoints ?? []).map((text) => {
    const { host, port } = parseHost(text) as { host: string; port: number }
    return { ...login, host, port }
  })
}

/** @throws ConnectError; BackendError `BACKEND_CLUSTER_EXTERNAL` when they are not TiDBs of one cluster on shared stores */
async function look(
  endpoints: readonly Endpoint[],
  connectTimeout: number,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  const limits = { connectTimeout, ...(signal === undefined ? {} : { signal }) }
  const seen = await Promise.all(
    endpoints.map(async (endpoint) => {
      const identity = await identifyServer(endpoint, limits)
      const { wire } = await openWire({ endpoint, ...limits })
      try {
        if (identity.store !== 'tikv') throw noCluster(endpoint, `its store is ${identity.store}`)
        const tidb = { endpoint, address: await addressOf(wire, endpoint) }
        return { ...identity, tidb, kv: await stores(wire), pds: await pds(wire) }
      } finally {
        await wire.close()
      }
    }),
  )
  const [first, ...others] = seen
  if (first === undefined) throw new BackendError('BACKEND_CLUSTER_EXTERNAL', 'The cluster has no endpoints.')
  const stranger = others.findIndex(({ pds: theirs }) => theirs.join() !== first.pds.join())
  if (stranger >= 0) throw noCluster(endpoints[stranger + 1] as Endpoint, 'its PDs are not those of the first')
  const tidbs = seen.map(({ tidb }) => tidb)
  for (const [index, { endpoint, address }] of tidbs.entries()) {
    const same = tidbs.slice(0, index).find((earlier) => earlier.address === address)
    if (same !== undefined) throw sameTidb(same.endpoint, endpoint, address)
  }
  return { tidbs, version: first.version, store: first.kv.store, kv: first.kv.count, pd: first.pds.length }
}

type Wire = Awaited<ReturnType<typeof openWire>>['wire']

async function rows(wire: Wire, sql: string): Promise<readonly Record<string, unknown>[]> {
  const [reply] = await wire.send(sql)
  return reply !== undefined && 'rows' in reply ? reply.rows : []
}

/** The store of this package's embedded clusters labels itself. */
async function stores(wire: Wire): Promise<{ count: number; store: ClusterStore }> {
  const found = await rows(wire, 'SELECT CAST(label AS CHAR) AS label FROM information_schema.tikv_store_status')
  return {
    count: found.length,
    store: found.some((row) => String(row['label']).includes('unistore')) ? 'unistore' : 'tikv',
  }
}

/**
 * Where the other TiDBs reach this one, which is how the cluster names the owner of schema changes. Whoever may not ask
 * (that needs SUPER) gets where this machine reaches it.
 */
async function addressOf(wire: Wire, { host, port }: Endpoint): Promise<string> {
  try {
    const [ddl] = await rows(wire, 'ADMIN SHOW DDL')
    const servers = await rows(wire, 'SELECT ddl_id AS id, ip, port FROM information_schema.tidb_servers_info')
    const own = servers.find(({ id }) => id === ddl?.['SELF_ID'])
    return own === undefined ? `${host}:${port}` : `${String(own['ip'])}:${String(own['port'])}`
  } catch (error) {
    if (error instanceof Error && 'errno' in error && error.errno === ACCESS_DENIED) return `${host}:${port}`
    throw error
  }
}

async function pds(wire: Wire): Promise<string[]> {
  const found = await rows(wire, "SELECT instance FROM information_schema.cluster_info WHERE type = 'pd'")
  return found.map((row) => String(row['instance'])).toSorted()
}

function noCluster(endpoint: Endpoint, why: string): BackendError {
  return new BackendError('BACKEND_CLUSTER_EXTERNAL', `${urlOf(endpoint)} is no TiDB of the cluster: ${why}.`, {
    remedy: 'Name the TiDBs of one cluster in backend.cluster.endpoints; for a single server use the backend external.',
  })
}

function sameTidb(one: Endpoint, other: Endpoint, address: string): BackendError {
  const message = `${urlOf(one)} and ${urlOf(other)} are the same TiDB, ${address}.`
  return new BackendError('BACKEND_CLUSTER_EXTERNAL', message, {
    remedy: 'Name each TiDB once in backend.cluster.endpoints, and none that a load balancer chooses.',
  })
}
