import { inspect } from 'node:util'
import { CoordinationError } from '../errors/coordination-error.ts'
import { Changes } from './changes.ts'
import type { ConnectionRecord } from './connection-status.ts'
import type { CoordinationEvent, CoordinationEvents } from './coordination-events.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter, WaitOptions } from './wait.ts'
import { standaloneRegistry } from './standalone.ts'

/** What all parties of a run share. */
interface Core<T> {
  value: Readonly<T>
  readonly connections: Map<string, ConnectionRecord>
  readonly changes: Changes
  registry: WaitRegistry
  events: () => readonly CoordinationEvent[]
}

/**
 * A value that all connections of a run see and change, and what is known of each of them.
 *
 * `shared.update((s) => ({ rows: s.rows + 1 }))` takes effect at once and as a whole: JavaScript runs one update at a time.
 */
export class SharedState<T extends object = object> {
  #core: Core<T>
  #waiter: Waiter | undefined

  constructor(initial: T) {
    this.#core = {
      value: Object.freeze({ ...initial }),
      connections: new Map(),
      changes: new Changes(),
      registry: standaloneRegistry,
      events: () => [],
    }
  }

  get value(): Readonly<T> {
    return this.#core.value
  }

  /** The status of each connection by its name, its result when it has completed, its error when it has failed. */
  get connections(): Readonly<Record<string, ConnectionRecord>> {
    return Object.fromEntries(this.#core.connections)
  }

  /** Results of the connections that have completed, by their names. */
  get results(): Readonly<Record<string, unknown>> {
    const completed = [...this.#core.connections].filter(([, record]) => 'result' in record)
    return Object.fromEntries(completed.map(([name, { result }]) => [name, result]))
  }

  /** Every event of the run so far, in order. */
  get events(): readonly CoordinationEvent[] {
    return this.#core.events()
  }

  /**
   * Puts what `change` returns over the value.
   *
   * @throws CoordinationError `COORDINATION_UPDATE` when `change` is asynchronous: others could change the value meanwhile
   */
  update(change: (value: Readonly<T>) => Partial<T>): void {
    const changed: unknown = change(this.#core.value)
    if (typeof changed !== 'object' || changed === null || 'then' in changed) {
      throw new CoordinationError(
        'COORDINATION_UPDATE',
        `the function given to update() returned ${changed instanceof Promise ? 'a promise' : String(changed)}`,
        { remedy: 'Await first, then update: shared.update((s) => ({ rows: s.rows + 1 })).' },
      )
    }
    this.#core.value = Object.freeze({ ...this.#core.value, ...changed })
    this.#core.changes.made()
  }

  /**
   * Waits until the condition holds; at once when it does. It is asked again after each change of the value, of a
   * connection's status, and after each event.
   *
   * @throws CoordinationError `WAIT_TIMEOUT`, `WAIT_CANNOT_END`, `WAIT_ABORTED`; whatever the condition throws
   */
  until(
    condition: (value: Readonly<T>, state: SharedState<T>) => boolean,
    options: WaitOptions = {},
  ): Promise<Readonly<T>> {
    const { changes, registry } = this.#core
    const waiter = this.#waiter ?? registry.outside
    return waiter.wait(
      {
        what: `the shared state to meet ${sourceOf(condition)}`,
        hint: () => `it is ${textOf(this.value)}`,
        needs: () => ({ of: registry.othersThan(waiter.name), atLeast: 1 }),
        changes,
        look: () => (condition(this.value, this) ? { value: this.value } : undefined),
      },
      options,
    )
  }

  /** For the coordinator: a run begins in which this is shared. What was known of connections of an earlier run is gone. */
  join(registry: WaitRegistry, events: Pick<CoordinationEvents, 'all' | 'subscribe'>): void {
    Object.assign(this.#core, { registry, events: () => events.all })
    this.#core.connections.clear()
    events.subscribe(() => this.#core.changes.made())
  }

  /** For the coordinator: the same state, as a party sees it. */
  seenBy(waiter: Waiter): SharedState<T> {
    const view = new SharedState<T>(this.#core.value)
    view.#core = this.#core
    view.#waiter = waiter
    return view
  }

  /** For the coordinator: what has become of a connection. */
  record(name: string, record: ConnectionRecord): void {
    this.#core.connections.set(name, Object.freeze({ ...record }))
    this.#core.changes.made()
  }
}

const LONGEST = 120

function sourceOf(condition: (...args: never[]) => unknown): string {
  return shortened(condition.toString().replaceAll(/\s+/g, ' '))
}

function textOf(value: object): string {
  return shortened(inspect(value, { depth: 2, breakLength: Infinity }))
}

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`
}
