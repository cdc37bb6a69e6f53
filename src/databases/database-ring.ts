import { messageOf } from '../errors/tidb-test-error.ts'
import { leasedDatabaseName } from './database-name.ts'
import type { Recycler } from './recycler.ts'

/** Free databases that are held ready for each slot: the test at hand and the next one's, and as many again. */
const SPARE_PER_SLOT = 4
/** Used databases that are collected before they are cleaned together, for each slot. See Recycler for what that saves. */
const BATCH_PER_SLOT = 16
const ER_DBACCESS_DENIED = 1044

interface Waiting {
  resolve(database: string): void
  reject(error: unknown): void
}

/**
 * Databases with fixed names that go round: free, lent, used, free again. It starts with those that the server holds ready,
 * mostly none, and grows while it is short of
 * free ones and has not enough used ones to be worth a cleaning; so a run of three tests makes a handful, and a long one
 * about twenty a slot. Cleaning waits for a full batch: one DDL job for sixteen tests, at a time when there are still
 * free databases, so that no test waits for it.
 */
export class DatabaseRing {
  readonly #run: string
  readonly #recycler: Recycler
  readonly #log: (line: string) => void
  readonly #free: string[] = []
  readonly #used: string[] = []
  readonly #broken: string[] = []
  readonly #made = new Set<string>()
  readonly #waiting: Waiting[] = []
  readonly #slots = new Set<number>()
  #count = 0
  #work: Promise<void> | undefined
  #stopped = false

  /** `ready`: databases that hold nothing but the schema and have been lent to nobody. */
  constructor(run: string, recycler: Recycler, log: (line: string) => void, ready: readonly string[] = []) {
    this.#free.push(...ready)
    for (const database of ready) this.#made.add(database)
    this.#run = run
    this.#recycler = recycler
    this.#log = log
  }

  take(slot: number): Promise<string> {
    this.#slots.add(slot)
    const database = this.#free.shift()
    const taken =
      database === undefined
        ? new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }))
        : Promise.resolve(database)
    this.#startWork()
    return taken
  }

  giveBack(database: string, condition: 'clean' | 'dirty' | 'rebuild'): void {
    if (condition === 'clean') this.#offer(database)
    else if (condition === 'dirty') this.#used.push(database)
    else this.#broken.push(database)
    this.#startWork()
  }

  /** The database is nobody's business any more: it is neither lent again nor dropped. */
  leave(database: string): void {
    this.#made.delete(database)
  }

  /** Resolves when all that was given back so far is clean, and the trash is gone if that is wanted. */
  async settled({ dropTrash }: { dropTrash: boolean }): Promise<void> {
    while (this.#work !== undefined) await this.#work
    this.#work = this.#attempt(async () => {
      while (this.#used.length + this.#broken.length > 0) await this.#recycle()
      if (dropTrash) await this.#recycler.dropTrash()
    })
    await this.#work
    this.#startWork()
  }

  /** Drops what it made, unless the server goes with all of it. */
  async stop({ drop }: { readonly drop: boolean }): Promise<void> {
    this.#stopped = true
    while (this.#work !== undefined) await this.#work
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the run is over'))
    if (drop) for (const database of this.#made) await this.#recycler.drop(database)
    this.#made.clear()
  }

  #startWork(): void {
    if (this.#work !== undefined || this.#stopped || this.#nextStep() === undefined) return
    this.#work = this.#attempt(async () => {
      for (let step = this.#nextStep(); step !== undefined && !this.#stopped; step = this.#nextStep()) await step()
    })
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const waiting = this.#waiting.splice(0)
      // Who waits for a database tells of the failure himself.
      if (waiting.length === 0) this.#log(`databases could not be made ready: ${messageOf(error)}`)
      for (const { reject } of waiting) reject(error)
    } finally {
      this.#work = undefined
    }
  }

  #nextStep(): (() => Promise<void>) | undefined {
    const slots = Math.max(1, this.#slots.size)
    const short = this.#waiting.length > 0 || this.#free.length < SPARE_PER_SLOT * slots
    if (!short) return undefined
    return this.#used.length + this.#broken.length >= BATCH_PER_SLOT * slots
      ? () => this.#recycle()
      : () => this.#grow()
  }

  async #grow(): Promise<void> {
    this.#count += 1
    const database = leasedDatabaseName(this.#run, this.#count)
    this.#made.add(database)
    try {
      await this.#recycler.create(database)
    } catch (error) {
      if (isDenied(error)) this.#made.delete(database)
      throw error
    }
    this.#offer(database)
  }

  /** One batch: where many were ready, many are used when the first one is wanted again. */
  async #recycle(): Promise<void> {
    const used = this.#used.splice(0, BATCH_PER_SLOT * Math.max(1, this.#slots.size))
    const broken = this.#broken.splice(0)
    if (used.length > 0) await this.#recycler.clean(used)
    for (const database of used) this.#offer(database)
    for (const database of broken) {
      await this.#recycler.rebuild(database)
      this.#offer(database)
    }
  }

  #offer(database: string): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#free.push(database)
    else waiting.resolve(database)
  }
}

/** Whether the user may not make databases, so that there is none to be dropped either. */
function isDenied(error: unknown): boolean {
  const { cause } = (error ?? {}) as { cause?: { errno?: number } }
  return cause?.errno === ER_DBACCESS_DENIED
}
