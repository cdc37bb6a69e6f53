import { createHash } from 'node:crypto'
import type { RunningBackend, Schema } from '../../backend.ts'
import { presentImage, type PresentImage } from '../pull-image.ts'
import type { DockerEngine } from '../docker-engine.ts'
import { CONFIG, FLAGS } from '../tidb-image.ts'

/** Changes whenever images that an older release of this package made would no longer do. */
const FORMAT = 1
export const WARM_REPOSITORY = 'vitest-tidb/warm'
/** Label of every such image; its value is the image's key. */
export const WARM_LABEL = 'org.vitest-tidb.warm'
/** Its value is JSON: WarmServer. */
export const SERVER_LABEL = 'org.vitest-tidb.server'

/** What the server in the image said of itself, and how many databases it holds ready. */
export interface WarmServer {
  readonly version: string
  readonly store: RunningBackend['store']
  readonly databases: number
}

/** A local image that holds what the first start of the original one has made, stopped cleanly. */
export interface WarmImage extends WarmServer {
  readonly key: string
  /** `vitest-tidb/warm:KEY` */
  readonly reference: string
}

export interface WarmWish {
  readonly original: PresentImage
  readonly schema: Schema | undefined
  readonly databases: number
}

export function keyOf({ original, schema, databases }: WarmWish): string {
  const facts = [FORMAT, original.id, schema?.hash ?? '', databases, CONFIG, FLAGS]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}

function referenceOf(key: string): string {
  return `${WARM_REPOSITORY}:${key}`
}

export async function findWarmImage(
  engine: DockerEngine,
  wish: WarmWish,
  signal?: AbortSignal,
): Promise<WarmImage | undefined> {
  const key = keyOf(wish)
  const found = await presentImage(engine, referenceOf(key), signal)
  const server = found?.labels[WARM_LABEL] === key ? found.labels[SERVER_LABEL] : undefined
  return server === undefined ? undefined : { key, reference: referenceOf(key), ...(JSON.parse(server) as WarmServer) }
}
