import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { Changes } from './changes.ts'
import type { Needs } from './find-stuck.ts'
import { standaloneRegistry } from './standalone.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter, WaitOptions } from './wait.ts'

/** Events that the coordinator itself reports; `from` is the connection that they are about. */
export interface ConnectionEvents {
  connectionEstablished: { readonly connectionId: number }
  /** It could not be opened, or was lost while it was monitored. */
  connectionFailed: { readonly error: unknown }
  /** Every connection of the run has been established; `from` is the last one. */
  allConnectionsReady: { readonly connections: readonly string[] }
  /** The task has ended well. */
  testCompleted: { readonly result: unknown }
  testFailed: { readonly error: unknown }
}

/** Events of the coordinator itself of which nothing is noted while all goes well. */
const QUIET: ReadonlySet<string> = new Set<keyof ConnectionEvents>([
  'connectionEstablished',
  'allConnectionsReady',
  'testCompleted',
])
const FAILURES: ReadonlySet<string> = new Set<keyof ConnectionEvents>(['connectionFailed', 'testFailed'])

/** Something that happened in a run, at a place in the order of all that happened. */
export interface CoordinationEvent<Kind extends string = string, Detail = unknown> {
  /** From 1 on, without gaps. */
  readonly sequence: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly kind: Kind
  /** The connection that it came from. */
  readonly from: string
  readonly detail: Detail
}

type All<E> = E & ConnectionEvents
type KindOf<E> = keyof All<E> & string
/** One of the events of these kinds, told apart by its `kind`. */
type EventOf<E, Kinds extends KindOf<E>> = { [K in Kinds]: CoordinationEvent<K, All<E>[K]> }[Kinds]
export type AnyEvent<E> = EventOf<E, KindOf<E>>

export interface EventWaitOptions extends WaitOptions {
  /** Only events of this connection. */
  readonly from?: string
  /** Only events after this place in the order; from the first one on when not given, so that none is missed. */
  readonly after?: number
}

interface Core {
  readonly list: CoordinationEvent[]
  readonly changes: Changes
  readonly listeners: Set<(event: CoordinationEvent) => void>
  registry: WaitRegistry
  clock: Clock
}

/** What happened in a run, in order: the coordinator's own events and those of `E`, which the tasks report. */
export class CoordinationEvents<E extends object = object> {
  #core: Core
  #waiter: Waiter | undefined

  constructor() {
    this.#core = {
      list: [],
      changes: new Changes(),
      listeners: new Set(),
      registry: standaloneRegistry,
      clock: systemClock,
    }
  }

  /** Every event so far, in order. */
  get all(): readonly AnyEvent<E>[] {
    return [...this.#core.list] as AnyEvent<E>[]
  }

  /** Reports an event. Subscribers are called at once, in the order in which they subscribed. */
  emit<K extends keyof E & string>(
    kind: K,
    ...detail: undefined extends E[K] ? [detail?: E[K]] : [detail: E[K]]
  ): void {
    this.report(this.#waiter?.name ?? this.#core.registry.outside.name, kind, detail[0])
  }

  /**
   * Calls back at each event; with `replay` first for those that have happened. What it returns ends that. What the
   * listener throws is an uncaught exception, as of a DOM event: whoever reports an event has nothing to do with it.
   */
  subscribe<K extends KindOf<E> = KindOf<E>>(
    listener: (event: EventOf<E, K>) => void,
    options: { readonly kind?: K; readonly replay?: boolean } = {},
  ): () => void {
    const { kind, replay = false } = options
    const told = (event: CoordinationEvent): void => {
      if (kind === undefined || event.kind === kind) listener(event as EventOf<E, K>)
    }
    if (replay) for (const event of this.#core.list) told(event)
    this.#core.listeners.add(told)
    return () => this.#core.listeners.delete(told)
  }

  /**
   * Waits for the first event of a kind; at once when it has happened already.
   *
   * @throws CoordinationError `WAIT_TIMEOUT`, `WAIT_CANNOT_END`, `WAIT_ABORTED`
   */
  waitFor<K extends KindOf<E>>(kind: K, options: EventWaitOptions = {}): Promise<CoordinationEvent<K, All<E>[K]>> {
    const { list, changes, registry } = this.#core
    const { from, after = 0 } = options
    const waiter = this.#waiter ?? registry.outside
    return waiter.wait<CoordinationEvent<K, All<E>[K]>>(
      {
        what: `the event '${kind}'${from === undefined ? '' : ` of ${from}`}`,
        needs: () => this.#needs(kind, from, waiter.name),
        changes,
        look: () => {
          const found = list.find(
            (event) => event.kind === kind && event.sequence > after && (from === undefined || event.from === from),
          )
          return found === undefined ? undefined : { value: found as CoordinationEvent<K, All<E>[K]> }
        },
      },
      options,
    )
  }

  /** For the coordinator: a run begins whose events are these. Those of an earlier run are gone. */
  join(registry: WaitRegistry, clock: Clock): void {
    Object.assign(this.#core, { registry, clock })
    this.#core.list.length = 0
  }

  /** For the coordinator: the same events, as a party sees them. */
  seenBy(waiter: Waiter): CoordinationEvents<E> {
    const view = new CoordinationEvents<E>()
    view.#core = this.#core
    view.#waiter = waiter
    return view
  }

  /** For the coordinator: an event of its own. */
  report(from: string, kind: string, detail: unknown): void {
    const { list, clock, listeners, changes, registry } = this.#core
    const event = Object.freeze({ sequence: list.length + 1, at: clock.now(), kind, from, detail })
    list.push(event)
    if (!QUIET.has(kind)) {
      registry.note({ party: from, kind: 'event', text: kind, ...(FAILURES.has(kind) ? { failed: true } : {}) })
    }
    changes.made()
    for (const listener of listeners) called(listener, event)
  }

  /** The coordinator's own events come from the connections that they are about, and from nobody else. */
  #needs(kind: string, from: string | undefined, waiter: string): Needs {
    const { registry, list } = this.#core
    if (kind === 'allConnectionsReady') {
      const established = new Set(
        list.filter((event) => event.kind === 'connectionEstablished').map((event) => event.from),
      )
      const missing = registry.names.filter((name) => !established.has(name))
      return { of: missing, atLeast: Math.max(1, missing.length) }
    }
    return { of: from === undefined ? registry.othersThan(waiter) : [from], atLeast: 1 }
  }
}

function called(listener: (event: CoordinationEvent) => void, event: CoordinationEvent): void {
  try {
    listener(event)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
