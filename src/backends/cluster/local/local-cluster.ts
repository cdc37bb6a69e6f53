import type { Endpoint } from '../../../connections/endpoint.ts'
import { localLogin } from '../../local/first-answer.ts'
import type { ClusterDescription, ClusterNode, NodeAction, RunningCluster } from '../cluster.ts'
import { noSuchNode, wrongStatus } from '../node-errors.ts'
import { PdRegistry } from '../pd-registry.ts'
import type { LocalNodes } from './local-nodes.ts'

/** A cluster of processes on this machine. What is asked of it is done one after the other. */
export class LocalCluster implements RunningCluster {
  readonly #nodes: LocalNodes
  readonly #original: ReadonlySet<string>
  /** Ids under which TiDBs are registered in PD, known from before they ended. */
  readonly #ids = new Map<string, string>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(nodes: LocalNodes) {
    this.#nodes = nodes
    this.#original = new Set(nodes.list().map(({ name }) => name))
  }

  describe(): ClusterDescription {
    return { source: 'embedded', store: 'unistore', nodes: this.#nodes.list() }
  }

  endpointOf(name: string): Endpoint {
    const { role, port, statusPort } = this.#nodes.node(name)
    if (role !== 'tidb') throw noSuchNode(name, this.#namesOf('tidb'))
    return { ...localLogin(port), ...(statusPort === undefined ? {} : { statusPort }) }
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
            this.#nodes.forget(name)
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
    const id = await this.#registry().idOf(node)
    if (id !== undefined) this.#ids.set(node.name, id)
  }

  async #expire(node: ClusterNode): Promise<void> {
    if (node.role !== 'tidb') return
    if (node.status !== 'stopped' || !this.#ids.has(node.name)) await this.#remember(node)
    const id = this.#ids.get(node.name)
    if (id !== undefined) await this.#registry().expire(id, node)
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
