import { setTimeout as pause } from 'node:timers/promises'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { ServerDeath } from '../backend.ts'
import { lastLogLines, stateOf } from './containers.ts'
import { EngineResponseError, type DockerEngine } from './docker-engine.ts'

/** How often an engine that stopped answering is asked again before the container counts as lost. */
const LOOKS = 20
const PACE = 250

/**
 * Resolves when the container ends. Does not keep the process alive.
 * An exit code above 128 means a signal, by convention of the shell and of Docker: 137 is SIGKILL.
 */
export async function deathOf(engine: DockerEngine, id: string): Promise<ServerDeath> {
  for (let failures = 0; ;) {
    try {
      const path = `/containers/${id}/wait`
      await engine.json<unknown>(path, { method: 'POST', background: true })
      return await reportOf(engine, id)
    } catch (error) {
      if (error instanceof EngineResponseError && error.status === 404) return removed
      failures += 1
      if (failures >= LOOKS) return unreachable(engine, error)
      await pause(PACE, undefined, { ref: false })
    }
  }
}

const removed: ServerDeath = { exitCode: null, signal: null, lastLogLines: ['The container was removed.'] }

async function reportOf(engine: DockerEngine, id: string): Promise<ServerDeath> {
  const state = await stateOf(engine, id)
  if (state === undefined) return removed
  const lines = await lastLogLines(engine, id)
  return {
    exitCode: state.exitCode,
    signal: signalNames.get(state.exitCode - 128) ?? null,
    lastLogLines: state.outOfMemory ? [...lines, 'The kernel killed it: out of memory.'] : lines,
  }
}

const signalNames: ReadonlyMap<number, string> = new Map([
  [2, 'SIGINT'],
  [6, 'SIGABRT'],
  [9, 'SIGKILL'],
  [11, 'SIGSEGV'],
  [15, 'SIGTERM'],
])

function unreachable(engine: DockerEngine, error: unknown): ServerDeath {
  const line = `The Docker engine at ${engine.address.uri} stopped answering: ${messageOf(error)}`
  return { exitCode: null, signal: null, lastLogLines: [line] }
}
