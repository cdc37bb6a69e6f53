import { z } from 'zod'
import type { Endpoint } from '../connections/endpoint.ts'
import type { Schema } from '../backends/backend.ts'
import { endpointFromWire, endpointSchema, endpointToWire } from './broker-protocol.ts'

/** What a worker gets to know of the server that TiDB is compared with. */
export interface ReferenceGrant {
  readonly endpoint: Endpoint
  readonly product: 'MySQL' | 'MariaDB' | 'TiDB'
  /** Such as `10.11.19`. */
  readonly version: string
  /** `MariaDB 10.11.19` */
  readonly name: string
  /** For people, one line: where it came from. */
  readonly detail: string
  /** What clean databases hold. */
  readonly schema: readonly string[]
}

export const referenceSchema = z.object({
  endpoint: endpointSchema,
  product: z.enum(['MySQL', 'MariaDB', 'TiDB']),
  version: z.string(),
  name: z.string(),
  detail: z.string(),
  schema: z.array(z.string()),
})

export function referenceToWire(
  { endpoint, product, version, name, detail }: Omit<ReferenceGrant, 'schema'>,
  schema: Schema | undefined,
): z.infer<typeof referenceSchema> {
  const statements = [...(schema?.statements ?? [])]
  return { endpoint: endpointToWire(endpoint), product, version, name, detail, schema: statements }
}

export function referenceFromWire(wire: z.infer<typeof referenceSchema>): ReferenceGrant {
  return { ...wire, endpoint: endpointFromWire(wire.endpoint) }
}
