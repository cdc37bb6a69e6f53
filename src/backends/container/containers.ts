import { EngineResponseError, type DockerEngine } from './docker-engine.ts'
import { isOwnerDead, RUN_LABEL, type Labels } from './owner.ts'

export interface ContainerState {
  readonly running: boolean
  readonly exitCode: number
  readonly outOfMemory: boolean
  /** What the engine says when it could not start it; empty otherwise. */
  readonly error: string
}

interface Listed {
  readonly Id: string
  readonly Labels: Labels
}

const PATIENCE = 10_000
/** Lines of a log that messages show. */
export const LOG_TAIL = 20
/** TiDB logs its whole configuration in one line. */
const LINE_LENGTH = 400

/** Containers with the label, running or not; of one run, or of all. */
async function listContainers(engine: DockerEngine, runId?: string): Promise<Listed[]> {
  const label = runId === undefined ? RUN_LABEL : `${RUN_LABEL}=${runId}`
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  return await engine.json<Listed[]>(`/containers/json?all=1&filters=${filters}`, { timeout: PATIENCE })
}

/** Undefined when the container is gone. */
export async function stateOf(engine: DockerEngine, id: string): Promise<ContainerState | undefined> {
  interface Inspected {
    State: { Running: boolean; ExitCode: number; OOMKilled: boolean; Error: string }
  }
  try {
    const { State } = await engine.json<Inspected>(`/containers/${id}/json`, { timeout: PATIENCE })
    return { running: State.Running, exitCode: State.ExitCode, outOfMemory: State.OOMKilled, error: State.Error }
  } catch (error) {
    if (error instanceof EngineResponseError && error.status === 404) return undefined
    throw error
  }
}

/** Kills and removes a container with its volumes; one that is gone, or going, is fine. */
export async function removeContainer(engine: DockerEngine, id: string): Promise<void> {
  try {
    await engine.bytes(`/containers/${id}?force=1&v=1`, { method: 'DELETE', timeout: 60_000 })
  } catch (error) {
    if (!(error instanceof EngineResponseError) || (error.status !== 404 && error.status !== 409)) throw error
  }
}

/** Those of one run, or of all. */
async function listNetworks(engine: DockerEngine, runId?: string): Promise<Listed[]> {
  const label = runId === undefined ? RUN_LABEL : `${RUN_LABEL}=${runId}`
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  return await engine.json<Listed[]>(`/networks?filters=${filters}`, { timeout: PATIENCE })
}

/** One that is gone is fine. */
export async function removeNetwork(engine: DockerEngine, id: string): Promise<void> {
  try {
    await engine.bytes(`/networks/${id}`, { method: 'DELETE', timeout: PATIENCE })
  } catch (error) {
    if (!(error instanceof EngineResponseError) || error.status !== 404) throw error
  }
}

/** Removes the containers and networks of one run; how many there were. */
export async function removeRun(engine: DockerEngine, runId: string): Promise<number> {
  const found = await listContainers(engine, runId)
  await Promise.all(found.map(({ Id }) => removeContainer(engine, Id)))
  const networks = await listNetworks(engine, runId)
  await Promise.all(networks.map(({ Id }) => removeNetwork(engine, Id)))
  return found.length
}

/** Removes what runs left whose process has ended; how many containers there were. */
export async function sweepDeadRuns(engine: DockerEngine): Promise<number> {
  const all = await listContainers(engine)
  const orphans = all.filter(({ Labels: labels }) => isOwnerDead(labels, engine.isLocal))
  await Promise.all(orphans.map(({ Id }) => removeContainer(engine, Id)))
  const networks = (await listNetworks(engine)).filter(({ Labels: labels }) => isOwnerDead(labels, engine.isLocal))
  await Promise.all(networks.map(({ Id }) => removeNetwork(engine, Id)))
  return orphans.length
}

/** The last lines that the container wrote to its output; none when it is gone. */
export async function lastLogLines(engine: DockerEngine, id: string): Promise<string[]> {
  try {
    const path = `/containers/${id}/logs?stdout=1&stderr=1&tail=${LOG_TAIL}`
    return logLines(await engine.bytes(path, { timeout: PATIENCE }))
  } catch (error) {
    if (error instanceof EngineResponseError && (error.status === 404 || error.status === 409)) return []
    throw error
  }
}

/** What the engine sent of a log, as lines: the last ones, none of them empty. */
export function logLines(log: Buffer): string[] {
  return demultiplex(log)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-LOG_TAIL)
    .map((line) => (line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)} …` : line))
}

/** Frames of 8 bytes of header (stream, three zeros, big-endian length) and payload, as the API's `attach` describes. */
function demultiplex(bytes: Buffer): string {
  const parts: Buffer[] = []
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at + 4)
    parts.push(bytes.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(parts).toString()
}
