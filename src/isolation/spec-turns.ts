import { PreparedSpec } from './prepared-spec.ts'
import type { IsolationSpec } from './spec.ts'
import type { Stage } from './stage.ts'

/** Several specs on one stage: one at a time is prepared there, and what it has made goes when another one's turn comes. */
export class SpecTurns {
  readonly #stage: Stage
  #prepared: PreparedSpec | undefined
  #settled: Promise<unknown> = Promise.resolve()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  /** Does work with the spec prepared, when the work before is done. */
  take<R>(spec: IsolationSpec, work: (prepared: PreparedSpec) => Promise<R>): Promise<R> {
    const done = this.#settled.then(async () => work(await this.#prepare(spec)))
    this.#settled = done.then(ignore, ignore)
    return done
  }

  /** Ends the sessions, and runs the teardown of the last spec unless the stage's signal has aborted. */
  async close(): Promise<void> {
    await this.#settled
    const prepared = this.#prepared
    this.#prepared = undefined
    await prepared?.close({ teardown: !this.#stage.signal.aborted })
  }

  async #prepare(spec: IsolationSpec): Promise<PreparedSpec> {
    const before = this.#prepared
    if (before?.spec === spec) return before
    this.#prepared = undefined
    await before?.clear()
    this.#prepared = await PreparedSpec.open(this.#stage, spec)
    return this.#prepared
  }
}

/** Whoever took the turn is told of its failure; whoever comes next is not. */
function ignore(): void {}
