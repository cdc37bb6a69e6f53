import { setTimeout as pause } from 'node:timers/promises'
import { GenericContainer, Wait } from 'testcontainers'
import { freePorts } from '../../../child-process/free-ports.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import { messageOf } from '../../../errors/tidb-test-error.ts'
import { lastLogLines, stateOf } from '../../container/containers.ts'
import type { DockerEngine } from '../../container/docker-engine.ts'
import { ownerLabels } from '../../container/owner.ts'
import { identifyServer } from '../../external/identify-server.ts'
import type { ClusterNode, NodeRole, NodeStatus } from '../cluster.ts'
import type { ClusterCounts } from '../cluster-counts.ts'
import { answersOk } from '../local/node-process.ts'
import type { ManagedNodes } from '../managed-cluster.ts'
import { noSuchNode } from '../node-errors.ts'
import { flagsOf, PD_PORT, portsOf, SQL_PORT } from './node-flags.ts'

const READY_TIMEOUT_MS = 120_000
const POLL_MS = 50

export interface ContainerNodesOptions {
  readonly engine: DockerEngine
  readonly host: string
  readonly images: Readonly<Record<NodeRole, string>>
  /** Its name. */
  readonly network: string
  readonly runId: string
}

interface ContainerNode {
  readonly name: string
  readonly role: NodeRole
  readonly number: number
  /** Of the machine, in the order of `portsOf`. They stay when the container is started again. */
  readonly ports: readonly number[]
  id: string
  status: NodeStatus
}

/** The containers of a cluster, on a network of their own. */
export class ContainerNodes implements ManagedNodes {
  readonly #options: ContainerNodesOptions
  readonly #nodes = new Map<string, ContainerNode>()
  #pds: readonly string[] = []

  constructor(options: ContainerNodesOptions) {
    this.#options = options
  }

  list(): readonly ClusterNode[] {
    return [...this.#nodes.values()].map(({ name, role, status, ports }) => ({
      name,
      role,
      status,
      host: this.#options.host,
      port: ports[0] as number,
      address: `${name}:${portsOf(role)[0]}`,
      ...(ports[1] === undefined ? {} : { statusPort: ports[1] }),
    }))
  }

  node(name: string): ClusterNode {
    const found = this.list().find((node) => node.name === name)
    if (found === undefined) throw noSuchNode(name, [...this.#nodes.keys()])
    return found
  }

  get pdUrl(): string {
    const pds = this.list().filter(({ role }) => role === 'pd')
    const pd = pds.find(({ status }) => status === 'running') ?? pds[0]
    return `http://${this.#options.host}:${pd?.port ?? PD_PORT}`
  }

  /** All PDs at once, since they elect a leader; then the stores, then the TiDBs. */
  async startAll(counts: ClusterCounts): Promise<void> {
    this.#pds = numbered('pd', counts.pd)
    for (const role of ['pd', 'kv', 'tidb'] as const) {
      const numbers = Array.from({ length: counts[role] }, (_, index) => index + 1)
      const results = await Promise.allSettled(numbers.map((number) => this.#startNew(role, number)))
      const failed = results.find((result) => result.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    }
  }

  async add(role: 'tidb'): Promise<string> {
    const numbers = [...this.#nodes.values()].filter((node) => node.role === role).map(({ number }) => number)
    return await this.#startNew(role, Math.max(0, ...numbers) + 1)
  }

  async start(name: string): Promise<void> {
    const node = this.#of(name)
    await this.#command(node, 'start')
    await this.#ready(node)
    node.status = 'running'
  }

  async stop(name: string): Promise<void> {
    const node = this.#of(name)
    node.status = 'stopped'
    await this.#command(node, 'stop?t=30')
  }

  async kill(name: string): Promise<void> {
    const node = this.#of(name)
    // A paused container takes no signal.
    if (node.status === 'paused') await this.#command(node, 'unpause')
    node.status = 'stopped'
    await this.#command(node, 'kill')
  }

  async pause(name: string, paused: boolean): Promise<void> {
    const node = this.#of(name)
    await this.#command(node, paused ? 'pause' : 'unpause')
    node.status = paused ? 'paused' : 'running'
  }

  async forget(name: string): Promise<void> {
    const { id } = this.#of(name)
    this.#nodes.delete(name)
    await this.#options.engine.bytes(`/containers/${id}?force=1&v=1`, { method: 'DELETE', timeout: 60_000 })
  }

  async removeAll(): Promise<void> {
    await Promise.allSettled([...this.#nodes.keys()].map((name) => this.forget(name)))
  }

  #of(name: string): ContainerNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw noSuchNode(name, [...this.#nodes.keys()])
    return node
  }

  async #command({ id }: ContainerNode, command: string): Promise<void> {
    await this.#options.engine.bytes(`/containers/${id}/${command}`, { method: 'POST', timeout: 60_000 })
  }

  async #startNew(role: NodeRole, number: number): Promise<string> {
    const { images, network, runId } = this.#options
    const name = `${role}-${number}`
    const inside = portsOf(role)
    const ports = await freePorts(inside.length)
    const container = await new GenericContainer(images[role])
      .withNetworkMode(network)
      .withNetworkAliases(name)
      .withExposedPorts(...inside.map((port, index) => ({ container: port, host: ports[index] as number })))
      .withLabels({ ...ownerLabels(runId) })
      .withEnvironment({ TZ: 'UTC' })
      .withAutoCleanup(false)
      .withCommand([...flagsOf(role, name, this.#pds)])
      // What is ready is found out below, since PDs are ready only together.
      .withWaitStrategy(Wait.forListeningPorts().withStartupTimeout(READY_TIMEOUT_MS))
      .start()
    const node: ContainerNode = { name, role, number, ports, id: container.getId(), status: 'running' }
    this.#nodes.set(name, node)
    await this.#ready(node)
    return name
  }

  /** @throws BackendError `BACKEND_CONTAINER_EXITED`, `BACKEND_CONTAINER_NOT_READY` with the last lines of its log */
  async #ready(node: ContainerNode): Promise<void> {
    const { engine, images } = this.#options
    const deadline = AbortSignal.timeout(READY_TIMEOUT_MS)
    while (!deadline.aborted) {
      if (await this.#answers(node, deadline)) return
      if ((await stateOf(engine, node.id))?.running !== true) break
      await pause(POLL_MS)
    }
    const lines = await lastLogLines(engine, node.id)
    const code = deadline.aborted ? 'BACKEND_CONTAINER_NOT_READY' : 'BACKEND_CONTAINER_EXITED'
    const how = deadline.aborted ? `was not ready within ${READY_TIMEOUT_MS} ms` : 'ended before it was ready'
    throw new BackendError(code, `${node.name} (${images[node.role]}) ${how}. Its log:\n  ${lines.join('\n  ')}`)
  }

  async #answers({ role, ports }: ContainerNode, signal: AbortSignal): Promise<boolean> {
    const { host } = this.#options
    if (role === 'pd') return await answersOk(`http://${host}:${ports[0]}/pd/api/v1/leader`, signal)
    if (role === 'kv') return await answersOk(`http://${host}:${ports[1]}/status`, signal)
    try {
      await identifyServer({ host, port: ports[0] ?? SQL_PORT, user: 'root' }, { connectTimeout: 2_000, signal })
      return true
    } catch (error) {
      if (signal.aborted && !messageOf(error).includes('ECONN')) throw error
      return false
    }
  }
}

function numbered(role: NodeRole, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`)
}
