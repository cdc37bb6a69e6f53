import type { Endpoint } from '../../connections/endpoint.ts'
import type { ClusterDescription, ClusterNode, NodeAction, RunningCluster } from './cluster.ts'
import { noSuchNode, wrongStatus } from './node-errors.ts'
import { PdRegistry } from './pd-registry.ts'

/** The processes or containers of a cluster that a run has started. */
export interface ManagedNodes {
  list(): readonly ClusterNode[]
  /** @throws BackendError `BACKEND_CLUSTER_NODE` */
  node(name: string): ClusterNode
  /** Client URL of a PD that runs. */
  readonly pdUrl: string
  add(role: 'tidb'): Promise<string>
  start(name: string): Promise<void>
  stop(name: string): Promise<unknown>
  kill(name: string): Promise<void>
  pause(name: string, paused: boolean): Promise<void>
  /** For a node that has ended and is not to be started again. */
  forget(name: string): void | Promise<void>
}

/** A cluster that a run has started. What is asked of it is done one after the other. */
export class ManagedCluster implements RunningCluster {
  readonly #kind: Pick<ClusterDescription, 'source' | 'store'>
  readonly #nodes: ManagedNodes
  readonly #original: ReadonlySet<string>
  /** Ids under which TiDBs are registered in PD, known from before they ended. */
  readonly #ids = new Map<string, string>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(kind: Pick<ClusterDescription, 'source' | 'store'>, nodes: ManagedNodes) {
    this.#kind = kind
    this.#nodes = nodes
    this.#original = new Set(nodes.list().map(({ name }) => name))
  }

  describe(): ClusterDescription {
    return { ...this.#kind, nodes: this.#nodes.list() }
  }

  endpointOf(name: string): Endpoint {
    const { role, host, port, statusPort } = this.#nodes.node(name)
    if (role !== 'tidb') throw noSuchNode(name, this.#namesOf('tidb'))
    // TiDB's first user is root without a password.
    return { host, port, user: 'root', ...(statusPort === undefined ? {} : { statusPort }) }
  }

  act(action: NodeAction, name: string): Promise<ClusterDescription> {
    return this.#inTurn(async () => {
      const node = this.#nodes.node(name)
      await this.#act(action, node)
      return this.describe()
    })
  }

  addTidb(): Promise<ClusterNode> {
    return this.#inTurn(async () => this.#nodes.node(await this.#nodes.add('tidb')))
  }

  restore(): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const started: string[] = []
      // PD first, as at the start.
      for (const role of ['pd', 'kv', 'tidb'] as const) {
        for (const name of this.#namesOf(role)) {
          const node = this.#nodes.node(name)
          if (node.status === 'paused') await this.#act('resume', node)
          if (!this.#original.has(name)) {
            if (node.status !== 'stopped') await this.#act('kill', node)
            await this.#expire(node)
            await this.#nodes.forget(name)
          } else if (node.status === 'stopped') {
            await this.#act('start', node)
            started.push(name)
          }
        }
      }
      return started
    })
  }

  async #act(action: NodeAction, node: ClusterNode): Promise<void> {
    const { name, status } = node
    const wanted = { stop: ['running'], kill: ['running', 'paused'], pause: ['running'], resume: ['paused'] }
    if (action === 'start' ? status !== 'stopped' : action !== 'expire' && !wanted[action].includes(status)) {
      throw wrongStatus(name, action, status)
    }
    if (action === 'expire') return this.#expire(node)
    if (action === 'start') {
      // What it left in PD would hold up the others, and its own start.
      await this.#expire(node)
      return this.#nodes.start(name)
    }
    if (action === 'pause' || action === 'resume') return this.#nodes.pause(name, action === 'pause')
    await this.#remember(node)
    await (action === 'stop' ? this.#nodes.stop(name) : this.#nodes.kill(name))
  }

  async #remember(node: ClusterNode): Promise<void> {
    // Without a PD to be asked, what the TiDB holds in it stays until it runs out.
    const pdRuns = this.#nodes.list().some(({ role, status }) => role === 'pd' && status === 'running')
    if (node.role !== 'tidb' || !pdRuns) return
    const id = await this.#registry().idOf(node.address)
    if (id !== undefined) this.#ids.set(node.name, id)
  }

  async #expire(node: ClusterNode): Promise<void> {
    if (node.role !== 'tidb') return
    if (node.status !== 'stopped' || !this.#ids.has(node.name)) await this.#remember(node)
    const id = this.#ids.get(node.name)
    if (id !== undefined) await this.#registry().expire(id, node.address)
  }

  #registry(): PdRegistry {
    return new PdRegistry(this.#nodes.pdUrl)
  }

  #namesOf(role: ClusterNode['role']): string[] {
    return this.#nodes
      .list()
      .filter((node) => node.role === role)
      .map(({ name }) => name)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    // Whoever asked gets the failure; it must not keep the next from its turn.
    this.#turn = result.catch(() => undefined)
    return result
  }
}
