import { connect, type Socket } from 'node:net'
import { z } from 'zod'
import type { ClusterDescription, ClusterNode, NodeAction } from '../backends/cluster/cluster.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import type { ServerAction } from '../backends/server-control.ts'
import { BackendError } from '../errors/backend-error.ts'
import { ConnectError } from '../errors/connect-error.ts'
import { DatabaseError } from '../errors/database-error.ts'
import type { TidbTestError } from '../errors/tidb-test-error.ts'
import {
  clusterNodeSchema,
  clusterSchema,
  endpointFromWire,
  endpointSchema,
  grantFromWire,
  grantSchema,
  leaseSchema,
  messageSchema,
  parseMessage,
  returnReportSchema,
  type BrokerCall,
  type DatabaseLease,
  type ReturnedDatabase,
  type ServerGrant,
} from './broker-protocol.ts'
import { jsonLines } from './json-lines.ts'
import { referenceFromWire, referenceSchema, type ReferenceGrant } from './reference-grant.ts'

/** A worker's connection to the broker. It does not keep the process alive while nothing is asked. */
export interface BrokerClient {
  /**
   * The server of this slot. What an earlier worker of the slot left open is ended first.
   *
   * @throws BackendError, ConnectError, DatabaseError: whatever kept the main process from having one.
   */
  acquireServer(options: { slot: number; pid: number }): Promise<ServerGrant>
  /** A clean database. Its server may be another than that of the last lease. */
  leaseDatabase(options: { slot: number }): Promise<DatabaseLease>
  /**
   * Resolves when the database is no longer this worker's concern; `serverReplaced` means that other leases of that server
   * should go back too.
   *
   * @throws BackendError `BACKEND_SERVER_DIED`; DatabaseError `DATABASE_NOT_LENT`
   */
  returnDatabase(lease: string, returned: ReturnedDatabase): Promise<{ serverReplaced: boolean }>
  /**
   * SQL that undoes what was done beyond the database so far; it replaces what was recorded for this lease before. It is
   * run when the worker dies; a return brings its own.
   */
  recordUndo(lease: string, undo: readonly string[]): Promise<void>
  /** A clean database on a server of its own. @throws DatabaseError `DATABASE_NO_PRIVATE_SERVER` on shared backends. */
  openPrivateServer(options: { slot: number }): Promise<DatabaseLease>
  closePrivateServer(serverId: string): Promise<void>
  /** Does something to the process of a server of its own. @throws DatabaseError `DATABASE_NO_CONTROL`; BackendError */
  controlPrivateServer(serverId: string, action: ServerAction): Promise<void>
  /** The server that TiDB is compared with; started when it is first asked for. @throws BackendError `BACKEND_REFERENCE_…` */
  acquireReference(): Promise<ReferenceGrant>
  /** @throws BackendError `BACKEND_CLUSTER_…`, DatabaseError `DATABASE_NO_CLUSTER` */
  changeNode(serverId: string, action: NodeAction, node: string): Promise<ClusterDescription>
  addTidb(serverId: string): Promise<ClusterNode>
  /** Every node of the cluster runs again as at its start; a private server can be lent again. */
  restoreCluster(serverId: string): Promise<ClusterDescription>
  /** Login of one of a cluster's TiDBs. */
  endpointOfNode(serverId: string, node: string): Promise<Endpoint>
  /** What ended a server, if one that this worker knows has ended by itself. */
  deathOf(serverId: string): BackendError | undefined
  /** The broker takes back what is still out. */
  close(): void
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** @throws DatabaseError `DATABASE_BROKER_LOST` when the main process is not there. */
export async function connectBroker(address: string): Promise<BrokerClient> {
  const socket = await connected(address)
  const waiting = new Map<number, Waiting>()
  const deaths = new Map<string, BackendError>()
  let lastId = 0
  const end = (error: DatabaseError): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    socket.destroy()
  }
  const lines = jsonLines(socket, receive, end)
  socket.on('error', (error) => end(lost(error)))
  socket.on('close', () => end(lost(undefined)))
  socket.unref()

  function receive(value: unknown): void {
    try {
      const message = parseMessage(messageSchema, value, `The broker's answer`)
      if ('died' in message) {
        deaths.set(message.died.server, new BackendError('BACKEND_SERVER_DIED', message.died.message))
        return
      }
      const request = waiting.get(message.id)
      waiting.delete(message.id)
      if (waiting.size === 0) socket.unref()
      if ('error' in message) request?.reject(errorFromWire(message.error))
      else request?.resolve(message.result)
    } catch (error) {
      end(error as DatabaseError)
    }
  }

  const ask = async <T>(call: BrokerCall, schema: z.ZodType<T>): Promise<T> => {
    if (socket.destroyed) throw lost(undefined)
    lastId += 1
    const id = lastId
    const result = await new Promise<unknown>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      socket.ref()
      lines.send({ id, call })
    })
    return parseMessage(schema, result, `The broker's answer to ${call.method}`)
  }

  return {
    acquireServer: async ({ slot, pid }) =>
      grantFromWire(await ask({ method: 'acquireServer', slot, pid }, grantSchema)),
    leaseDatabase: async ({ slot }) => {
      const lease = await ask({ method: 'leaseDatabase', slot }, leaseSchema)
      return { ...lease, server: grantFromWire(lease.server) }
    },
    returnDatabase: (lease, returned) =>
      ask(
        {
          method: 'returnDatabase',
          lease,
          returned: { ...returned, ...(returned.undo === undefined ? {} : { undo: [...returned.undo] }) },
        },
        returnReportSchema,
      ),
    recordUndo: async (lease, undo) => {
      await ask({ method: 'recordUndo', lease, undo: [...undo] }, z.null())
    },
    openPrivateServer: async ({ slot }) => {
      const lease = await ask({ method: 'openPrivateServer', slot }, leaseSchema)
      return { ...lease, server: grantFromWire(lease.server) }
    },
    closePrivateServer: async (server) => {
      await ask({ method: 'closePrivateServer', server }, z.null())
    },
    acquireReference: async () => referenceFromWire(await ask({ method: 'acquireReference' }, referenceSchema)),
    changeNode: (server, action, node) => ask({ method: 'changeNode', server, action, node }, clusterSchema),
    addTidb: (server) => ask({ method: 'addTidb', server }, clusterNodeSchema),
    restoreCluster: (server) => ask({ method: 'restoreCluster', server }, clusterSchema),
    endpointOfNode: async (server, node) =>
      endpointFromWire(await ask({ method: 'endpointOfNode', server, node }, endpointSchema)),
    controlPrivateServer: async (server, action) => {
      await ask({ method: 'controlPrivateServer', server, action }, z.null())
    },
    deathOf: (serverId) => deaths.get(serverId),
    close: () => socket.destroy(),
  }
}

function connected(address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address)
    const fail = (error: Error): void => reject(lost(error))
    socket.once('error', fail)
    socket.once('connect', () => {
      socket.off('error', fail)
      resolve(socket)
    })
  })
}

function lost(cause: Error | undefined): DatabaseError {
  return new DatabaseError(
    'DATABASE_BROKER_LOST',
    `The main process of this run, which lends databases, can't be reached${cause === undefined ? '' : `: ${cause.message}`}.`,
    { remedy: 'It has probably ended; run the tests again.', ...(cause === undefined ? {} : { cause }) },
  )
}

function errorFromWire(error: { type: string; code: string; message: string }): TidbTestError {
  // The message has the remedy in it already.
  if (error.type === 'BackendError') return new BackendError(error.code, error.message)
  if (error.type === 'ConnectError') return new ConnectError(error.code, error.message)
  return new DatabaseError(error.code, error.message)
}
