import { setTimeout as pause } from 'node:timers/promises'
import { GenericContainer, PullPolicy, type WaitStrategy } from 'testcontainers'
import { freePorts } from '../../../child-process/free-ports.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import { isTidbTestError } from '../../../errors/tidb-test-error.ts'
import type { ServerDeath } from '../../backend.ts'
import type { ContainerRun } from '../../container/container-run.ts'
import { lastLogLines, removeContainer, stateOf } from '../../container/containers.ts'
import { deathOf } from '../../container/death-of.ts'
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
/** Each needs those before it. */
const ROLES = ['pd', 'kv', 'tidb'] as const

/** What is ready is found out here: PDs are ready only together, and an image may hold nothing that looks at ports. */
const notYet: WaitStrategy = {
  waitUntilReady: () => Promise.resolve(),
  withStartupTimeout: () => notYet,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => READY_TIMEOUT_MS,
}

export interface ContainerNodesOptions {
  readonly run: ContainerRun
  readonly host: string
  readonly images: Readonly<Record<NodeRole, string>>
  /** Its name. */
  readonly network: string
  /** For a node that ended by itself. */
  readonly onDeath?: (death: ServerDeath) => void
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
    // Several start at once: the one that was there first need not be the first one.
    const ordered = ROLES.flatMap((role) => numbersOf([...this.#nodes.values()], role))
    return ordered.map(({ name, role, status, ports }) => ({
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
    for (const role of ROLES) {
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
    await this.#watch(node)
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
    const node = this.#of(name)
    this.#nodes.delete(name)
    node.status = 'stopped'
    await removeContainer(this.#options.run.engine, node.id)
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
    await this.#options.run.engine.bytes(`/containers/${id}/${command}`, { method: 'POST', timeout: 60_000 })
  }

  async #startNew(role: NodeRole, number: number): Promise<string> {
    const { images, network, run } = this.#options
    const name = `${role}-${number}`
    const inside = portsOf(role)
    const ports = await freePorts(inside.length)
    run.signal.throwIfAborted()
    const container = await run.hold(
      new GenericContainer(images[role])
        .withNetworkMode(network)
        .withNetworkAliases(name)
        .withExposedPorts(...inside.map((port, index) => ({ container: port, host: ports[index] as number })))
        .withLabels({ ...ownerLabels(run.id) })
        .withEnvironment({ TZ: 'UTC' })
        .withAutoCleanup(false)
        .withPullPolicy(PullPolicy.neverPull())
        .withCommand([...flagsOf(role, name, this.#pds)])
        .withWaitStrategy(notYet)
        .start(),
    )
    const node: ContainerNode = { name, role, number, ports, id: container.getId(), status: 'stopped' }
    this.#nodes.set(name, node)
    await this.#watch(node)
    return name
  }

  /** Waits until it can be used; from then on, whether it ends by itself. */
  async #watch(node: ContainerNode): Promise<void> {
    const { run, onDeath } = this.#options
    await this.#ready(node)
    node.status = 'running'
    void deathOf(run.engine, node.id).then((death) => {
      // Whoever ends it on purpose says so first.
      if (node.status === 'stopped' || run.signal.aborted) return
      node.status = 'stopped'
      onDeath?.(death)
    })
  }

  /** @throws BackendError `BACKEND_CONTAINER_EXITED`, `BACKEND_CONTAINER_NOT_READY` with the last lines of its log */
  async #ready(node: ContainerNode): Promise<void> {
    const { run, images } = this.#options
    const { engine } = run
    const deadline = AbortSignal.timeout(READY_TIMEOUT_MS)
    while (!deadline.aborted) {
      run.signal.throwIfAborted()
      if (await this.#answers(node, AbortSignal.any([deadline, run.signal]))) return
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
      // It does not answer yet, or the time is over: whoever asks looks at both.
      if (isTidbTestError(error) || signal.aborted) return false
      throw error
    }
  }
}

function numbersOf(nodes: readonly ContainerNode[], role: NodeRole): ContainerNode[] {
  return nodes.filter((node) => node.role === role).toSorted((one, other) => one.number - other.number)
}

function numbered(role: NodeRole, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${role}-${index + 1}`)
}
