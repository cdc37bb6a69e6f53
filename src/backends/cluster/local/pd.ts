import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reaper } from '../../../child-process/reaper-client.ts'
import { answersOk, type NodeProcess, startNodeProcess } from './node-process.ts'

export interface PdPlace {
  readonly name: string
  readonly folder: string
  readonly dataDirectory: string
  readonly port: number
  readonly peerPort: number
  /** Client address of a PD whose cluster it joins. */
  readonly join?: string
}

export function clientUrl({ port }: { readonly port: number }): string {
  return `http://127.0.0.1:${port}`
}

function peerUrl({ peerPort }: { readonly peerPort: number }): string {
  return `http://127.0.0.1:${peerPort}`
}

/**
 * Only waiting times are changed. PD's etcd waits for a whole election before it serves, 3 to 6 seconds by default; one
 * that is alone has nobody to wait for. Members that have just come would have to be connected for 5 seconds before
 * etcd takes another one, which would end instead.
 */
export function pdConfig(members: number): string {
  const [tick, election] = members === 1 ? ['50ms', '250ms'] : ['200ms', '1s']
  const strict = members === 1 ? '' : 'DisableStrictReconfigCheck = true\n'
  return `tick-interval = "${tick}"\nelection-interval = "${election}"\n${strict}[log]\nlevel = "warn"\n`
}

/** @returns undefined when a port was taken meanwhile */
export async function startPd(
  reaper: Reaper,
  binary: string,
  place: PdPlace,
  members: number,
  signal: AbortSignal | undefined,
): Promise<NodeProcess | undefined> {
  const { name, folder, dataDirectory } = place
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const config = join(folder, 'pd.toml')
  await writeFile(config, pdConfig(members), { mode: 0o600 })
  const [client, peer] = [clientUrl(place), peerUrl(place)]
  const logFile = join(folder, 'pd.log')
  return await startNodeProcess({
    reaper,
    title: `PD (${name})`,
    binary,
    // The first argument names the run folder: a sweep finds servers by it.
    arguments: [
      ['--config', config],
      ['--name', name],
      ['--data-dir', dataDirectory],
      ['--client-urls', client],
      ['--peer-urls', peer],
      place.join === undefined ? ['--initial-cluster', `${name}=${peer}`] : ['--join', place.join],
      ['--log-file', logFile],
    ].flat(),
    folder,
    logFile,
    outputFile: join(folder, 'output.log'),
    ready: (waiting) => (members === 1 ? leads(client, dataDirectory, waiting) : serves(client, waiting)),
    signal,
  })
}

/** Whether the PD with this data directory leads: somebody else may have taken the port, and answer too. */
async function leads(client: string, dataDirectory: string, signal: AbortSignal): Promise<boolean> {
  return (await dataDirectoryOf(`${client}/pd/api/v1/config`, signal)) === dataDirectory
}

/** One of several passes most questions on to the leader: an answer says that it is a member. */
async function serves(client: string, signal: AbortSignal): Promise<boolean> {
  return await answersOk(`${client}/pd/api/v1/leader`, signal)
}

async function dataDirectoryOf(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) })
    if (!reply.ok) return void (await reply.arrayBuffer())
    return ((await reply.json()) as { 'data-dir'?: unknown })['data-dir']
  } catch {
    // Nobody listens yet, or there is no leader yet.
    return undefined
  }
}

/**
 * Tells a PD that was copied from a template at which address other PDs reach it: its data has the address of the one
 * that made the template.
 */
export async function announcePeerAddress(place: PdPlace): Promise<void> {
  const url = clientUrl(place)
  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`)
    return await reply.json()
  }
  const { members } = (await ask('/v3/cluster/member/list', {})) as { members: readonly { ID: string }[] }
  await ask('/v3/cluster/member/update', { ID: members[0]?.ID, peerURLs: [peerUrl(place)] })
}
