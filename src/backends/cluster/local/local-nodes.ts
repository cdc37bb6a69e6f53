import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../../child-process/free-ports.ts'
import type { Reaper, SupervisedProcess } from '../../../child-process/reaper-client.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import type { ServerDeath } from '../../backend.ts'
import { startServerProcess } from '../../local/server-process.ts'
import { stopGracefully } from '../../local/stop-gracefully.ts'
import type { ClusterNode, NodeRole, NodeStatus } from '../cluster.ts'
import type { ClusterCounts } from '../cluster-counts.ts'
import { noSuchNode } from '../node-errors.ts'
import { announcePeerAddress, clientUrl, type PdPlace, startPd } from './pd.ts'
import { startStore } from './store.ts'

const PORT_ATTEMPTS = 5

export interface LocalNodesOptions {
  readonly reaper: Reaper
  readonly programs: Readonly<Record<NodeRole, string>>
  /** A folder for configuration and logs of the nodes. */
  readonly folder: string
  /** A folder with `pd-1` and `kv-1`, from a template or empty. */
  readonly data: string
  /** SQL port of the first TiDB. Default: one that is free. */
  readonly port?: number | undefined
  readonly onDeath?: (node: string, death: ServerDeath) => void
}

interface LocalNode {
  readonly name: string
  readonly role: NodeRole
  readonly number: number
  readonly port: number
  /** Peer port of a PD, HTTP port of the others. */
  readonly secondPort: number
  status: NodeStatus
  process: SupervisedProcess | undefined
}

/** The processes of a cluster on this machine. */
export class LocalNodes {
  readonly #options: LocalNodesOptions
  readonly #nodes = new Map<string, LocalNode>()
  #counts: ClusterCounts = { tidb: 0, pd: 0, kv: 0 }
  #version = ''

  constructor(options: LocalNodesOptions) {
    this.#options = options
  }

  /** `SELECT VERSION()` of the first TiDB. */
  get version(): string {
    return this.#version
  }

  list(): readonly ClusterNode[] {
    return [...this.#nodes.values()].map(({ name, role, status, port, secondPort }) => ({
      name,
      role,
      status,
      host: '127.0.0.1',
      port,
      address: `127.0.0.1:${port}`,
      ...(role === 'pd' ? {} : { statusPort: secondPort }),
    }))
  }

  /** @throws BackendError `BACKEND_CLUSTER_NODE` */
  node(name: string): ClusterNode {
    const found = this.list().find((node) => node.name === name)
    if (found === undefined) throw noSuchNode(name, [...this.#nodes.keys()])
    return found
  }

  /** Where a PD that runs is asked. */
  get pdUrl(): string {
    const pds = this.#of('pd')
    return clientUrl(pds.find(({ status }) => status === 'running') ?? (pds[0] as LocalNode))
  }

  /** PD first, then the stores, then every TiDB at once: each needs those before it. */
  async startAll(counts: ClusterCounts, signal: AbortSignal | undefined): Promise<void> {
    this.#counts = counts
    await this.#startNew('pd', 1, signal)
    const [first] = this.#of('pd')
    if (counts.pd > 1 && first !== undefined) await announcePeerAddress(this.#pdPlace(first))
    for (let number = 2; number <= counts.pd; number++) await this.#startNew('pd', number, signal)
    for (let number = 1; number <= counts.kv; number++) await this.#startNew('kv', number, signal)
    const numbers = Array.from({ length: counts.tidb }, (_, index) => index + 1)
    const results = await Promise.allSettled(numbers.map((number) => this.#startNew('tidb', number, signal)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  /** One more. @returns its name */
  async add(role: 'tidb', signal?: AbortSignal): Promise<string> {
    const number = Math.max(0, ...this.#of(role).map((node) => node.number)) + 1
    return await this.#startNew(role, number, signal)
  }

  /** Again, on the same ports and data. */
  async start(name: string, signal?: AbortSignal): Promise<void> {
    const node = this.#local(name)
    if (!(await this.#run(node, signal))) {
      throw new BackendError('BACKEND_PORT_IN_USE', `${name} cannot start again: its port ${node.port} is taken.`)
    }
  }

  async stop(name: string): Promise<boolean> {
    const node = this.#local(name)
    const { process } = node
    if (process === undefined) return true
    node.status = 'stopped'
    const clean = await stopGracefully({ process })
    node.process = undefined
    return clean
  }

  async kill(name: string): Promise<void> {
    const node = this.#local(name)
    node.status = 'stopped'
    await node.process?.signal('SIGKILL')
    await node.process?.waitForExit()
    node.process = undefined
  }

  async pause(name: string, paused: boolean): Promise<void> {
    const node = this.#local(name)
    await node.process?.signal(paused ? 'SIGSTOP' : 'SIGCONT')
    node.status = paused ? 'paused' : 'running'
  }

  /** For a node that is not to be started again. */
  forget(name: string): void {
    this.#nodes.delete(name)
  }

  /** Those who use others first: a TiDB whose PD is gone does not end by itself. Whether all ended cleanly. */
  async stopAll(): Promise<boolean> {
    let clean = true
    for (const role of ['tidb', 'kv', 'pd'] as const) {
      const stopped = await Promise.all(this.#of(role).map(({ name }) => this.stop(name)))
      clean &&= stopped.every(Boolean)
    }
    return clean
  }

  async killAll(): Promise<void> {
    for (const role of ['tidb', 'kv', 'pd'] as const) {
      await Promise.all(this.#of(role).map(({ name }) => this.kill(name)))
    }
  }

  #of(role: NodeRole): LocalNode[] {
    return [...this.#nodes.values()].filter((node) => node.role === role)
  }

  #local(name: string): LocalNode {
    const node: LocalNode | undefined = this.#nodes.get(name)
    if (node === undefined) throw noSuchNode(name, [...this.#nodes.keys()])
    return node
  }

  async #startNew(role: NodeRole, number: number, signal: AbortSignal | undefined): Promise<string> {
    const name = `${role}-${number}`
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      const [free, secondPort] = (await freePorts(2)) as [number, number]
      const fixed = role === 'tidb' && number === 1 ? this.#options.port : undefined
      const node: LocalNode = {
        name,
        role,
        number,
        port: fixed ?? free,
        secondPort,
        status: 'stopped',
        process: undefined,
      }
      this.#nodes.set(name, node)
      try {
        if (await this.#run(node, signal)) return name
      } catch (error) {
        this.#nodes.delete(name)
        throw error
      }
      await rm(this.#folderOf(node), { recursive: true, force: true })
    }
    throw new BackendError('BACKEND_PORT_IN_USE', `${name} found no free port in ${PORT_ATTEMPTS} attempts.`, {
      remedy:
        'Something takes every port as soon as it is free. `ss -ltnp` (macOS: `lsof -iTCP -sTCP:LISTEN`) names it.',
    })
  }

  /** Whether it runs; not when a port is taken. */
  async #run(node: LocalNode, signal: AbortSignal | undefined): Promise<boolean> {
    const { reaper, programs } = this.#options
    const folder = this.#folderOf(node)
    const started =
      node.role === 'pd'
        ? await startPd(reaper, programs.pd, this.#pdPlace(node), this.#counts.pd, signal)
        : node.role === 'kv'
          ? await startStore(reaper, programs.kv, this.#storePlace(node), signal)
          : await startServerProcess({
              reaper,
              binary: programs.tidb,
              folder,
              storage: 'tikv',
              dataDirectory: this.#pdAddresses(),
              choosePorts: () => Promise.resolve([node.port, node.secondPort]),
              signal,
            })
    if (started === undefined) return false
    if (this.#version === '' && 'version' in started) this.#version = String(started.version)
    node.process = started.process
    node.status = 'running'
    void started.ended.then((death) => {
      // Whoever ends it on purpose says so first.
      if (node.process !== started.process || node.status === 'stopped') return
      node.status = 'stopped'
      node.process = undefined
      this.#options.onDeath?.(node.name, death)
    })
    return true
  }

  #folderOf(node: LocalNode): string {
    return join(this.#options.folder, node.name)
  }

  #pdPlace(node: LocalNode): PdPlace {
    const { name, port, secondPort } = node
    const place = { name, folder: this.#folderOf(node), dataDirectory: join(this.#options.data, name), port }
    const [first] = this.#of('pd')
    const joins = first !== undefined && first !== node ? { join: clientUrl(first) } : {}
    return { ...place, peerPort: secondPort, ...joins }
  }

  #storePlace(node: LocalNode): Parameters<typeof startStore>[2] {
    const { name, port, secondPort } = node
    const place = { name, folder: this.#folderOf(node), dataDirectory: join(this.#options.data, name), port }
    return { ...place, statusPort: secondPort, pd: this.#pdAddresses() }
  }

  #pdAddresses(): string {
    return this.#of('pd')
      .map(({ port }) => `127.0.0.1:${port}`)
      .join(',')
  }
}
