import { arch, platform } from 'node:os'
import { relative } from 'node:path'
import type { Vitest } from 'vitest/node'
import type { RunningBackend } from '../../backends/backend.ts'
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import { mask } from '../../logging/mask.ts'
import type { RunRecord } from '../../report/run-record.ts'
import { RECORD_VERSION } from '../../report/test-record.ts'
import { packageVersion } from '../package-version.ts'

interface RunFacts {
  readonly startedAt: number
  readonly config: ResolvedConfig
  backend?: RunRecord['backend']
}

/** Vitest's config and its global setup may load this module twice; what was remembered must be one. */
const KEY = Symbol.for('vitest-tidb.run-facts')
const holder = globalThis as { [KEY]?: WeakMap<Vitest, RunFacts> }

/** A run begins with this configuration. */
export function rememberRun(vitest: Vitest, config: ResolvedConfig): void {
  holder[KEY] ??= new WeakMap()
  holder[KEY].set(vitest, { startedAt: Date.now(), config })
}

/** The configuration of a run that has begun. */
export function rememberedConfig(vitest: Vitest): ResolvedConfig | undefined {
  return holder[KEY]?.get(vitest)?.config
}

/** The backend of the run has started. */
export function rememberBackend(vitest: Vitest, running: RunningBackend): void {
  const facts = holder[KEY]?.get(vitest)
  if (facts === undefined) return
  const { kind, version, store, detail, sharing } = running
  facts.backend = { kind, version, store, detail: mask(detail), sharing }
}

/** For people and reports: in what the run takes place. Undefined when it has not begun, as in a merge of shards. */
export function runRecordOf(vitest: Vitest): RunRecord | undefined {
  const facts = holder[KEY]?.get(vitest)
  if (facts === undefined) return undefined
  const { config, startedAt, backend } = facts
  const { shard, sequence, root } = vitest.config
  const secrets = config.database.password === undefined ? [] : [config.database.password]
  return {
    version: RECORD_VERSION,
    startedAt,
    versions: {
      node: process.version,
      vitest: vitest.version,
      'vitest-tidb': packageVersion(),
      system: `${platform()} ${arch()}`,
    },
    seed: sequence.seed,
    ...(backend === undefined ? {} : { backend }),
    ...(shard === undefined ? {} : { shard: `${shard.index}/${shard.count}` }),
    ...(config.file === undefined ? {} : { configFile: relative(root, config.file) }),
    settings: config.entries().map(({ key, value, origin }) => ({
      key,
      value: typeof value === 'string' ? mask(value, secrets) : value,
      origin,
    })),
  }
}
