import type { Reaper } from '../../../child-process/reaper-client.ts'
import type { Progress } from '../../backend.ts'
import { cachedBuild, type EmbeddedOptions, embeddedPlan, installWith } from '../../embedded/install-embedded.ts'
import { packagedServer } from '../../embedded/packaged-server.ts'
import { PD_SERVER, type Program, TIDB_SERVER, UNISTORE_SERVER } from '../../embedded/program.ts'

/** Paths of the programs of an embedded cluster. */
export interface ClusterPrograms {
  readonly tidb: string
  readonly pd: string
  readonly kv: string
  readonly fromCache: boolean
}

/** In this order: after TiDB, the store has next to nothing to compile. */
const CLUSTER_PROGRAMS: readonly Program[] = [TIDB_SERVER, UNISTORE_SERVER, PD_SERVER]

/** Those that are not built yet. */
export async function missingPrograms(options: EmbeddedOptions): Promise<readonly Program[]> {
  const missing: Program[] = []
  for (const program of CLUSTER_PROGRAMS) {
    const plan = await embeddedPlan({ ...options, program })
    if ((await packagedServer(plan, options.cacheDirectory)) !== undefined) continue
    const found = await cachedBuild({ ...options, program }, plan)
    if (found === undefined || found === 'damaged') missing.push(program)
  }
  return missing
}

/**
 * Builds what the cache does not hold.
 *
 * @throws BackendError as `installEmbedded` does
 */
export async function installPrograms(
  options: EmbeddedOptions,
  reaper: Reaper,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ClusterPrograms> {
  const paths = new Map<string, string>()
  let fromCache = true
  for (const program of CLUSTER_PROGRAMS) {
    const own = { ...options, program }
    const plan = await embeddedPlan(own)
    const packaged = await packagedServer(plan, options.cacheDirectory)
    const installed = packaged ?? (await installWith(own, plan, reaper, progress, signal))
    paths.set(program.name, typeof installed === 'string' ? installed : installed.path)
    fromCache &&= typeof installed === 'string' || installed.fromCache
  }
  const path = (program: Program): string => paths.get(program.name) ?? ''
  return { tidb: path(TIDB_SERVER), pd: path(PD_SERVER), kv: path(UNISTORE_SERVER), fromCache }
}
