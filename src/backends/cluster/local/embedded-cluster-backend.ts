import { isTidbTestError } from '../../../errors/tidb-test-error.ts'
import type { Availability, Backend, BackendStartOptions, RunningBackend } from '../../backend.ts'
import { findGo } from '../../embedded/go-toolchain.ts'
import { embeddedPlan } from '../../embedded/install-embedded.ts'
import { assertEmbeddedCounts, describeCounts } from '../cluster-counts.ts'
import { type LocalClusterOptions, startLocalClusters } from './local-cluster-backend.ts'
import { missingPrograms } from './programs.ts'

/** Clusters whose programs are built here, once, with nothing but the Go toolchain. */
export function embeddedClusterBackend(options: LocalClusterOptions): Backend {
  return {
    kind: 'cluster',
    async check(): Promise<Availability> {
      try {
        assertEmbeddedCounts(options.counts)
        const missing = await missingPrograms(options)
        const what = describeCounts(options.counts)
        if (missing.length === 0) return { usable: true, detail: `${what}, built earlier`, ready: true }
        const go = await findGo(options.goBinary, (await embeddedPlan(options)).minimumGo)
        const names = missing.map(({ name }) => name).join(', ')
        return { usable: true, detail: `${what}; to be built with Go ${go.version}: ${names}`, ready: false }
      } catch (error) {
        if (!isTidbTestError(error)) throw error
        return {
          usable: false,
          reason: error.message.split('\n')[0] ?? '',
          remedy: error.remedy ?? 'Use an external cluster, or containers.',
        }
      }
    },
    start: (start: BackendStartOptions): Promise<RunningBackend> => startLocalClusters(options, start),
  }
}
