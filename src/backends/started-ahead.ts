import type { RunningBackend, RunningServer } from './backend.ts'

/**
 * A backend whose first server starts now. Whoever asks first gets that one; its failure is met by whoever asks.
 */
export function startedAhead(backend: RunningBackend): { backend: RunningBackend; first: Promise<RunningServer> } {
  const { kind, version, store, detail, sharing, disposable = false } = backend
  const first = backend.openServer()
  first.catch(() => undefined)
  let ahead: Promise<RunningServer> | undefined = first
  const openServer = (signal?: AbortSignal): Promise<RunningServer> => {
    const server = ahead ?? backend.openServer(signal)
    ahead = undefined
    return server
  }
  return {
    backend: { kind, version, store, detail, sharing, disposable, openServer, stop: () => backend.stop() },
    first,
  }
}
