import { z } from 'zod'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'

const TIMEOUT_MS = 10_000

const rangeSchema = z.object({
  kvs: z.array(z.object({ key: z.string(), value: z.string().default(''), lease: z.string().optional() })).default([]),
})
const serverSchema = z.object({ ddl_id: z.string(), ip: z.string(), listening_port: z.number() })

interface Entry {
  readonly key: string
  readonly value: string
  readonly lease: string | undefined
}

/**
 * What TiDB servers register in the etcd that is part of PD: who they are, which schema they have seen, who owns DDL.
 * Each entry hangs on a lease of 45 to 90 seconds that its server renews; others wait for one that is gone until then.
 *
 * Source: etcd's JSON gateway, https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/; the keys are those of TiDB 8.5
 * (pkg/domain/infosync, pkg/ddl/schemaver, pkg/owner).
 */
export class PdRegistry {
  readonly #url: string

  /** @param url of a PD's client port, such as `http://127.0.0.1:2379` */
  constructor(url: string) {
    this.#url = url
  }

  /** The id under which the server with this address (`host:port`) registers itself; undefined when it is not there. */
  async idOf(address: string): Promise<string | undefined> {
    for (const { value } of await this.#entries('/tidb/server/info/')) {
      const server = serverSchema.safeParse(JSON.parse(value))
      if (server.success && `${server.data.ip}:${server.data.listening_port}` === address) {
        return server.data.ddl_id
      }
    }
    return undefined
  }

  /** Ends every lease that the server with this id and address holds, as if it had run out. */
  async expire(id: string, address: string): Promise<void> {
    const entries = [...(await this.#entries('/tidb/')), ...(await this.#entries('/topology/tidb/'))]
    const leases = entries
      .filter(({ key, value }) => key.includes(id) || value === id || key.includes(`/${address}/`))
      .flatMap(({ lease }) => (lease === undefined ? [] : [lease]))
    for (const lease of new Set(leases)) await this.#ask('/v3/lease/revoke', { ID: lease })
  }

  async #entries(prefix: string): Promise<readonly Entry[]> {
    const key = Buffer.from(prefix)
    const end = Buffer.from(prefix)
    end.writeUInt8(end.readUInt8(end.length - 1) + 1, end.length - 1)
    const reply = await this.#ask('/v3/kv/range', { key: key.toString('base64'), range_end: end.toString('base64') })
    return rangeSchema.parse(reply).kvs.map(({ key, value, lease }) => ({
      key: Buffer.from(key, 'base64').toString(),
      value: Buffer.from(value, 'base64').toString(),
      lease,
    }))
  }

  async #ask(path: string, question: object): Promise<unknown> {
    try {
      const reply = await fetch(`${this.#url}${path}`, {
        method: 'POST',
        body: JSON.stringify(question),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const body: unknown = await reply.json()
      // A lease that has just run out is gone all the same.
      if (!reply.ok && !(path === '/v3/lease/revoke' && reply.status === 404)) throw new Error(JSON.stringify(body))
      return body
    } catch (error) {
      throw new BackendError('BACKEND_CLUSTER_PD', `PD at ${this.#url} did not answer ${path}: ${messageOf(error)}`, {
        cause: error,
        remedy: 'What is asked needs PD: start it again first.',
      })
    }
  }
}
