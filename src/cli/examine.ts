import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backendFor, backendsFor, cacheDirectoryOf } from '../backends/assemble.ts'
import type { Availability, Backend } from '../backends/backend.ts'
import { findGo } from '../backends/embedded/go-toolchain.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { BackendError } from '../errors/backend-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { nodeVersionProblem } from '../config/node-version.ts'

/** What `tidb-test doctor` found. Plain data. */
export interface Examination {
  readonly node: { readonly version: string; readonly supported: boolean }
  /** The Go that would build; null when there is none that runs. */
  readonly go: { readonly version: string; readonly path: string } | null
  readonly cache: { readonly directory: string; readonly freeBytes: number }
  readonly backends: readonly { readonly kind: string; readonly availability: Availability }[]
  /** The backend that was asked for, or `auto`, and who asked. */
  readonly wanted: { readonly kind: string; readonly origin: string }
  /** What a run would use with these settings; null when none can be used. */
  readonly choice: string | null
}

const PATIENCE = 15_000

/** Looks at the machine and at every backend; changes nothing. */
export async function examine(config: ResolvedConfig, signal: AbortSignal): Promise<Examination> {
  const { external, ...others } = backendsFor(config)
  const asked = config.backend.kind === 'external' || config.isExplicit('database.host')
  const [go, cache, externalLook, ...looks] = await Promise.all([
    installedGo(config.backend.goBinary),
    freeSpace(cacheDirectoryOf(config)),
    asked ? look(external, signal) : notConfigured,
    ...Object.values(others).map((backend) => look(backend, signal)),
  ])
  return {
    node: { version: process.versions.node, supported: nodeVersionProblem(process.versions.node) === undefined },
    go,
    cache,
    backends: [externalLook, ...looks],
    wanted: { kind: config.backend.kind, origin: config.origin('backend.kind') },
    choice: await choiceOf(config, signal),
  }
}

const notConfigured = {
  kind: 'external',
  availability: {
    usable: false,
    reason: 'no host is configured',
    remedy: 'Set TIDB_HOST, database.host in tidb-test.config.toml, or --host.',
  },
} as const

async function look(backend: Backend, signal: AbortSignal): Promise<Examination['backends'][number]> {
  const deadline = AbortSignal.timeout(PATIENCE)
  try {
    return { kind: backend.kind, availability: await backend.check(AbortSignal.any([signal, deadline])) }
  } catch (error) {
    signal.throwIfAborted()
    const reason = deadline.aborted ? `did not answer within ${PATIENCE / 1000} s` : messageOf(error)
    return { kind: backend.kind, availability: { usable: false, reason, remedy: 'Correct this and look again.' } }
  }
}

async function choiceOf(config: ResolvedConfig, signal: AbortSignal): Promise<string | null> {
  try {
    return (await backendFor(config, signal)).backend.kind
  } catch (error) {
    if (error instanceof BackendError) return null
    throw error
  }
}

/** Whether it is new enough is for the embedded backend to say. */
async function installedGo(named: string | undefined): Promise<Examination['go']> {
  try {
    return await findGo(named, '0')
  } catch (error) {
    if (error instanceof BackendError) return null
    throw error
  }
}

/** A directory that is not there yet will be on the file system of the nearest one that is. */
async function freeSpace(directory: string): Promise<Examination['cache']> {
  let existing = directory
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = await statfs(existing)
  return { directory, freeBytes: bavail * bsize }
}
