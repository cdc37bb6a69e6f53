import { CoordinationError } from '../errors/coordination-error.ts'
import { messageOf } from '../errors/tidb-test-error.ts'
import { nearest } from '../config/nearest.ts'
import { Changes } from './changes.ts'
import { standaloneRegistry } from './standalone.ts'
import type { WaitRegistry } from './wait-registry.ts'
import type { Waiter, WaitOptions } from './wait.ts'

declare const types: unique symbol

/** Among the kinds of messages, one that is replied to: `{ count: WithReply<{ table: string }, { rows: number }> }`. */
export interface WithReply<Asked, Answered> {
  readonly [types]: { readonly asked: Asked; readonly answered: Answered }
}

/** What is sent under a kind. */
export type Payload<Kind> = Kind extends WithReply<infer Asked, unknown> ? Asked : Kind
/** What comes back for a request. */
export type Reply<Kind> = Kind extends WithReply<unknown, infer Answered> ? Answered : never
/** The kinds that are replied to. */
export type RequestKind<M> = { [K in keyof M & string]: M[K] extends WithReply<unknown, unknown> ? K : never }[keyof M &
  string]

export interface ReceiveOptions extends WaitOptions {
  /** Only messages of this connection. */
  readonly from?: string
}

interface Letter {
  readonly from: string
  readonly to: string
  readonly kind: string
  readonly message: unknown
  /** For requests: what becomes of it. */
  readonly answer: { settled?: { readonly value: unknown } | { readonly error: unknown } } | undefined
}

interface Core {
  readonly letters: Letter[]
  readonly changes: Changes
  registry: WaitRegistry
}

/**
 * Messages between the connections of a run. Each has its own box; messages of one sender arrive in the order in which
 * they were sent, and each is received once. The test itself sends and receives as `the test`.
 */
export class Mailbox<M extends object = object> {
  #core: Core
  #waiter: Waiter | undefined

  constructor() {
    this.#core = { letters: [], changes: new Changes(), registry: standaloneRegistry }
  }

  /** Messages that have come and were not received, oldest first. */
  get unread(): readonly { readonly from: string; readonly kind: keyof M & string }[] {
    return this.#own().map(({ from, kind }) => ({ from, kind: kind as keyof M & string }))
  }

  /** @throws CoordinationError `COORDINATION_CONNECTION` when the run has no connection of that name */
  send<K extends keyof M & string>(to: string, kind: K, message: Payload<M[K]>): void {
    this.#post({ to, kind, message, answer: undefined })
  }

  /** Sends a message to every other connection, and to each its own copy of the letter, not of the message. */
  broadcast<K extends keyof M & string>(kind: K, message: Payload<M[K]>): void {
    for (const to of this.#core.registry.names) {
      if (to !== this.#me.name) this.#post({ to, kind, message, answer: undefined })
    }
  }

  /**
   * Waits for the oldest message of a kind, and takes it out of the box.
   *
   * @throws CoordinationError `WAIT_TIMEOUT`, `WAIT_CANNOT_END`, `WAIT_ABORTED`
   */
  receive<K extends keyof M & string>(kind: K, options: ReceiveOptions = {}): Promise<Payload<M[K]>> {
    return this.#take(kind, options, ({ message }) => message as Payload<M[K]>)
  }

  /**
   * Sends a request and waits for its reply.
   *
   * @throws CoordinationError as `receive`; `COORDINATION_REQUEST` when answering it failed, with the failure as its cause
   */
  request<K extends RequestKind<M>>(
    to: string,
    kind: K,
    message: Payload<M[K]>,
    options: WaitOptions = {},
  ): Promise<Reply<M[K]>> {
    const answer: NonNullable<Letter['answer']> = {}
    this.#post({ to, kind, message, answer })
    return this.#me.wait<Reply<M[K]>>(
      {
        what: `the reply of ${to} to '${kind}'`,
        needs: () => ({ of: [to], atLeast: 1 }),
        changes: this.#core.changes,
        look: () => {
          if (answer.settled === undefined) return undefined
          if ('value' in answer.settled) return { value: answer.settled.value as Reply<M[K]> }
          throw requestFailed(this.#me.name, to, kind, answer.settled.error)
        },
      },
      options,
    )
  }

  /**
   * Waits for one request and replies with what `reply` returns. When that throws, the request fails, and so does this.
   *
   * @throws CoordinationError as `receive`; whatever `reply` throws
   */
  async answer<K extends RequestKind<M>>(
    kind: K,
    reply: (message: Payload<M[K]>, from: string) => Reply<M[K]> | Promise<Reply<M[K]>>,
    options: ReceiveOptions = {},
  ): Promise<void> {
    const { message, from, answer } = await this.#take(kind, options, (letter) => letter)
    const settle = (settled: { readonly value: unknown } | { readonly error: unknown }): void => {
      if (answer !== undefined) answer.settled = settled
      this.#core.changes.made()
    }
    try {
      settle({ value: await reply(message as Payload<M[K]>, from) })
    } catch (error) {
      settle({ error })
      throw error
    }
  }

  /**
   * For the coordinator: a run begins whose connections write to each other here. What connections of an earlier run left
   * is gone, what the test has sent already is not.
   */
  join(registry: WaitRegistry): void {
    const { letters } = this.#core
    const kept = letters.filter(({ from }) => from === registry.outside.name)
    letters.splice(0, letters.length, ...kept)
    this.#core.registry = registry
  }

  /** For the coordinator: the same mailbox, as a party uses it. */
  seenBy(waiter: Waiter): Mailbox<M> {
    const view = new Mailbox<M>()
    view.#core = this.#core
    view.#waiter = waiter
    return view
  }

  get #me(): Waiter {
    return this.#waiter ?? this.#core.registry.outside
  }

  #own(): readonly Letter[] {
    return this.#core.letters.filter(({ to }) => to === this.#me.name)
  }

  #post(letter: Omit<Letter, 'from'>): void {
    const { registry, letters, changes } = this.#core
    const { names, outside } = registry
    if (names.length > 0 && letter.to !== outside.name && !names.includes(letter.to)) {
      const meant = nearest(letter.to, names)
      throw new CoordinationError(
        'COORDINATION_CONNECTION',
        `'${this.#me.name}' sent '${letter.kind}' to '${letter.to}', which is no connection of this run`,
        { remedy: meant === undefined ? `Its connections are ${names.join(', ')}.` : `Did you mean '${meant}'?` },
      )
    }
    letters.push({ ...letter, from: this.#me.name })
    registry.note({ party: this.#me.name, kind: 'message', text: letter.kind, to: letter.to })
    changes.made()
  }

  #take<T>(kind: string, { from, ...options }: ReceiveOptions, use: (letter: Letter) => T): Promise<T> {
    const { registry, letters, changes } = this.#core
    const me = this.#me
    return me.wait<T>(
      {
        what: `the message '${kind}'${from === undefined ? '' : ` of ${from}`}`,
        hint: () => {
          const others = this.#own().map((letter) => `'${letter.kind}' of ${letter.from}`)
          return others.length === 0 ? undefined : `unread: ${others.slice(0, 5).join(', ')}`
        },
        needs: () => ({ of: from === undefined ? registry.othersThan(me.name) : [from], atLeast: 1 }),
        changes,
        look: () => {
          const place = letters.findIndex(
            (letter) => letter.to === me.name && letter.kind === kind && (from === undefined || letter.from === from),
          )
          const [letter] = place < 0 ? [] : letters.splice(place, 1)
          return letter === undefined ? undefined : { value: use(letter) }
        },
      },
      options,
    )
  }
}

function requestFailed(from: string, to: string, kind: string, error: unknown): CoordinationError {
  return new CoordinationError(
    'COORDINATION_REQUEST',
    `the request '${kind}' of '${from}' failed at '${to}': ${messageOf(error)}`,
    { cause: error, context: { connection: from } },
  )
}
