import { z } from 'zod'
import type { BackendKind } from '../backends/backend.ts'
import type { ClusterDescription } from '../backends/cluster/cluster.ts'
import type { Endpoint } from '../connections/endpoint.ts'
import { DatabaseError } from '../errors/database-error.ts'
import { Secret } from '../logging/secret.ts'
import type { TidbFeatures } from './server-features.ts'

/** What a worker gets to know of a server. */
export interface ServerGrant {
  /** Tells servers apart: a slot's server changes when the old one died, was tainted or is used up. */
  readonly serverId: string
  readonly endpoint: Endpoint
  readonly backend: BackendKind
  readonly version: string
  readonly store: 'unistore' | 'tikv' | 'other'
  readonly sharing: 'private' | 'shared'
  /** One line for people. */
  readonly detail: string
  readonly features: TidbFeatures
  /** The cluster that it belongs to, as it was when this was said. */
  readonly cluster?: ClusterDescription
}

/** A clean database, lent until it is returned. */
export interface DatabaseLease {
  readonly id: string
  readonly database: string
  readonly server: ServerGrant
}

/** How a database comes back. */
export interface ReturnedDatabase {
  /**
   * - `unused`: no test had it, and what was connected to it has closed.
   * - `clean`: nothing in it was changed (rolled back); it can be lent as it is.
   * - `dirty`: it was used.
   * - `keep`: leave it as it is for somebody to look at. Like `dirty` when keeping is switched off.
   */
  readonly outcome: 'unused' | 'clean' | 'dirty' | 'keep'
  /** Name of the test, for a kept database. */
  readonly test?: string | undefined
  /** The server was changed in a way that can't be undone. A private server is replaced; on a shared one it is logged. */
  readonly tainted?: boolean | undefined
  /** SQL that undoes what the test did beyond its database (`deriveUndo().statements`); run in order. */
  readonly undo?: readonly string[] | undefined
}

/** A database that was left for somebody to look at. */
export interface KeptDatabase {
  readonly database: string
  readonly test: string
  /** Without password. Of no use when the server was stopped: then `dataDirectory` is set. */
  readonly url: string
  readonly dataDirectory?: string
  /** For people, one line. */
  readonly howToOpen: string
}

export const endpointSchema = z.object({
  host: z.string(),
  port: z.number().int(),
  user: z.string(),
  password: z.string().optional(),
  tls: z
    .object({
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
      verify: z.boolean().optional(),
      host: z.string().optional(),
    })
    .optional(),
  statusPort: z.number().int().optional(),
})

export const clusterNodeSchema = z.object({
  name: z.string(),
  role: z.enum(['tidb', 'pd', 'kv']),
  status: z.enum(['running', 'paused', 'stopped', 'unknown']),
  host: z.string(),
  port: z.number().int(),
  address: z.string(),
  statusPort: z.number().int().exactOptional(),
})

export const clusterSchema = z.object({
  source: z.enum(['embedded', 'container', 'external']),
  store: z.enum(['unistore', 'tikv']),
  nodes: z.array(clusterNodeSchema),
})

export const grantSchema = z.object({
  serverId: z.string(),
  endpoint: endpointSchema,
  backend: z.enum(['external', 'binary', 'container', 'embedded', 'cluster']),
  version: z.string(),
  store: z.enum(['unistore', 'tikv', 'other']),
  sharing: z.enum(['private', 'shared']),
  detail: z.string(),
  features: z.object({
    foreignKeys: z.boolean(),
    checkConstraints: z.boolean(),
    metadataLock: z.boolean(),
    resourceControl: z.boolean(),
  }),
  cluster: clusterSchema.exactOptional(),
})

export const leaseSchema = z.object({ id: z.string(), database: z.string(), server: grantSchema })
export const returnReportSchema = z.object({ serverReplaced: z.boolean() })

const slot = z.number().int().min(0)
const returned = z.object({
  outcome: z.enum(['unused', 'clean', 'dirty', 'keep']),
  test: z.string().optional(),
  tainted: z.boolean().optional(),
  undo: z.array(z.string()).readonly().optional(),
})

const callSchema = z.discriminatedUnion('method', [
  z.object({ method: z.literal('acquireServer'), slot, pid: z.number().int() }),
  z.object({ method: z.literal('leaseDatabase'), slot }),
  z.object({ method: z.literal('returnDatabase'), lease: z.string(), returned }),
  z.object({ method: z.literal('recordUndo'), lease: z.string(), undo: z.array(z.string()) }),
  z.object({ method: z.literal('openPrivateServer'), slot }),
  z.object({ method: z.literal('closePrivateServer'), server: z.string() }),
  z.object({
    method: z.literal('controlPrivateServer'),
    server: z.string(),
    action: z.enum(['kill', 'pause', 'resume', 'restart', 'restart after a kill']),
  }),
  z.object({ method: z.literal('acquireReference') }),
  z.object({
    method: z.literal('changeNode'),
    server: z.string(),
    node: z.string(),
    action: z.enum(['stop', 'kill', 'pause', 'resume', 'start', 'expire']),
  }),
  z.object({ method: z.literal('addTidb'), server: z.string() }),
  z.object({ method: z.literal('restoreCluster'), server: z.string() }),
  z.object({ method: z.literal('endpointOfNode'), server: z.string(), node: z.string() }),
])
export type BrokerCall = z.infer<typeof callSchema>

export const requestSchema = z.object({ id: z.number().int(), call: callSchema })

/** An answer to a request, or news of a server that nobody asked for. */
export const messageSchema = z.union([
  z.object({ id: z.number().int(), result: z.unknown() }),
  z.object({
    id: z.number().int(),
    error: z.object({ type: z.string(), code: z.string(), message: z.string(), remedy: z.string().optional() }),
  }),
  z.object({ died: z.object({ server: z.string(), message: z.string() }) }),
])
export type BrokerMessage = z.infer<typeof messageSchema>

/** An endpoint as JSON. The password is in it: this goes over the private socket and nowhere else. */
export function endpointToWire(endpoint: Endpoint): z.infer<typeof endpointSchema> {
  const { password, tls, ...rest } = endpoint
  return {
    ...rest,
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(tls === undefined ? {} : { tls: { ...tls } }),
  }
}

export function grantFromWire(wire: z.infer<typeof grantSchema>): ServerGrant {
  return { ...wire, endpoint: endpointFromWire(wire.endpoint) }
}

export function endpointFromWire(wire: z.infer<typeof endpointSchema>): Endpoint {
  const { password, tls, statusPort, host, port, user } = wire
  return {
    host,
    port,
    user,
    ...(password === undefined ? {} : { password: new Secret(password) }),
    ...(tls === undefined ? {} : { tls: withoutUndefined(tls) }),
    ...(statusPort === undefined ? {} : { statusPort }),
  }
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as Present<T>
}

/**
 * Checks what came over the socket.
 *
 * @throws DatabaseError `DATABASE_BROKER_PROTOCOL` that says which part is wrong. The message itself is not quoted: it may
 * hold a password.
 */
export function parseMessage<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new DatabaseError('DATABASE_BROKER_PROTOCOL', `${what} can't be understood: ${z.prettifyError(parsed.error)}`, {
    remedy: 'Two versions of vitest-tidb are probably mixed: run `npm ls vitest-tidb`.',
  })
}
