export { TiDBContainer } from '../src/backends/container/tidb-container.ts'
export { StartedTiDBContainer } from '../src/backends/container/started-tidb-container.ts'
export type { ServerIdentity } from '../src/backends/external/identify-server.ts'
export type { Endpoint } from '../src/connections/endpoint.ts'
