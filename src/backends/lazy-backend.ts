import type { Backend, BackendKind } from './backend.ts'

/** A backend whose code is loaded when it is first looked at: Testcontainers alone costs half of a run's start. */
export function lazyBackend(kind: BackendKind, load: () => Promise<Backend>): Backend {
  let loaded: Promise<Backend> | undefined
  const backend = (): Promise<Backend> => (loaded ??= load())
  return {
    kind,
    check: async (signal) => (await backend()).check(signal),
    start: async (options) => (await backend()).start(options),
  }
}
