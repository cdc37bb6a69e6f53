import type { RunningBackend } from './backend.ts'
import type { TriedBackend } from './choose.ts'

/**
 * First lines of a run: which TiDB, its version, its store, where it came from; then what automatic choice passed over.
 * No colours, no newline at the end.
 */
export function banner(running: RunningBackend, tried: readonly TriedBackend[]): string {
  const server = `${serverName(running.version)}, store ${running.store}, from ${running.kind}: ${running.detail}`
  const passedOver = tried.flatMap(({ kind, chosen, availability }) =>
    chosen || kind === running.kind
      ? []
      : [`${kind} (${availability.usable ? 'not ready' : firstLine(availability.reason)})`],
  )
  return passedOver.length === 0 ? server : `${server}\n  passed over: ${passedOver.join('; ')}`
}

/** `8.0.11-TiDB-v8.5.0` → `TiDB v8.5.0`; anything else is no TiDB, and is called what it calls itself. */
function serverName(version: string): string {
  const tidb = /-TiDB-(.*)$/.exec(version)?.[1]
  return tidb === undefined ? `A server that is no TiDB (${version})` : `TiDB ${tidb}`
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/[.:]$/, '') ?? text
}
