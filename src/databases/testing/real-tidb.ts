import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { onTestFinished } from 'vitest'
import type { Backend, Progress, RunningBackend, RunningServer, Schema } from '../../backends/backend.ts'
import { binaryBackend } from '../../backends/binary/binary-backend.ts'
import { installEmbedded } from '../../backends/embedded/install-embedded.ts'
import { externalBackend } from '../../backends/external/external-backend.ts'
import { defaultCacheDirectory } from '../../backends/local/default-cache-directory.ts'
import type { Endpoint } from '../../connections/endpoint.ts'
import { startBroker, type Broker } from '../broker.ts'
import type { BrokerOptions } from '../broker-options.ts'
import { connectBroker, type BrokerClient } from '../broker-client.ts'

const silent: Progress = { update: () => undefined, note: () => undefined }

/** The tidb-server that TIDB_BINARY names, else the embedded one, whose first build takes minutes. */
async function realBackend(readyDatabases: number): Promise<Backend> {
  const cacheDirectory = defaultCacheDirectory()
  const path = process.env['TIDB_BINARY'] ?? (await installEmbedded({ cacheDirectory }, silent)).path
  return binaryBackend({ path, cacheDirectory, readyDatabases })
}

/** A private backend that ends with the test. */
export async function privateBackend(readyDatabases = 6, schema?: Schema): Promise<RunningBackend> {
  const backend = await realBackend(readyDatabases)
  const running = await backend.start({ progress: silent, ...(schema === undefined ? {} : { schema }) })
  onTestFinished(() => running.stop())
  return running
}

/** A server that belongs to nobody's run, and a way to use it as an external one. */
export async function someServer(): Promise<{ server: RunningServer; external: () => Promise<RunningBackend> }> {
  const host = await privateBackend(1)
  const server = await host.openServer()
  return { server, external: () => externalBackend({ endpoint: server.endpoint }).start({ progress: silent }) }
}

/** A broker that ends with the test. */
export async function openBroker(
  backend: () => Promise<RunningBackend>,
  options: Partial<BrokerOptions> = {},
): Promise<Broker & { readonly lines: string[] }> {
  const lines: string[] = []
  const broker = await startBroker({ backend, keepDatabase: 'on-failure', log: (line) => lines.push(line), ...options })
  onTestFinished(async () => {
    await broker.stop()
  })
  return { ...broker, lines }
}

/** A worker's link to it. */
export async function worker(broker: Broker): Promise<BrokerClient> {
  const client = await connectBroker(broker.address)
  onTestFinished(() => client.close())
  return client
}

/** A connection that the toolkit knows nothing of. */
export async function foreignConnection({ host, port, user }: Endpoint, database?: string): Promise<Connection> {
  const connection = await createConnection({ host, port, user, ...(database === undefined ? {} : { database }) })
  // Killed by design in many tests; without a listener that would end the process.
  connection.on('error', () => undefined)
  onTestFinished(() => connection.destroy())
  return connection
}

/** The first column of a query. */
export async function column(connection: Connection, sql: string): Promise<unknown[]> {
  const [rows] = await connection.query<RowDataPacket[]>(sql)
  return rows.map((row) => Object.values(row)[0])
}

export async function databasesOf(endpoint: Endpoint): Promise<string[]> {
  const connection = await foreignConnection(endpoint)
  const names = (await column(connection, 'SHOW DATABASES')).map(String)
  await connection.end()
  return names.filter((name) => !/^(?:mysql|sys|test|.*_schema|vt_\d+)$/iu.test(name))
}
