import { BackendError } from '../errors/backend-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import type { Backend, BackendStartOptions, RunningBackend } from './backend.ts'
import { chooseBackend, type Candidate } from './choose.ts'

/**
 * Automatic choice goes on where Docker answers but cannot give a TiDB (no image, no network): that shows only when it
 * is started. A failure of any other backend stays a failure: what is wrong there would be wrong with the next one too.
 */
export function withFallback(backend: Backend, others: readonly Candidate[]): Backend {
  if (backend.kind !== 'container' || others.length === 0) return backend
  return {
    kind: backend.kind,
    check: (signal) => backend.check(signal),
    start: async (options) => {
      try {
        return await backend.start(options)
      } catch (error) {
        if (!(error instanceof BackendError) || options.signal?.aborted === true) throw error
        return await startNext(error, others, options)
      }
    },
  }
}

async function startNext(
  failure: BackendError,
  others: readonly Candidate[],
  options: BackendStartOptions,
): Promise<RunningBackend> {
  try {
    const next = await chooseBackend({ backend: { kind: 'auto' } }, others, options.signal)
    options.progress.note(`No TiDB from a container (${firstLine(failure)}); going on with ${next.backend.kind}.`)
    return await next.backend.start(options)
  } catch (error) {
    if (!(error instanceof BackendError) || options.signal?.aborted === true) throw error
    throw new BackendError(error.code, `- container: ${messageOf(failure)}\n${messageOf(error)}`, { cause: error })
  }
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0]?.replace(/[.:]$/, '') ?? error.message
}
