import { steeredPlan } from './explore-steering.ts'
import { isFailedRun } from './failed-run-error.ts'
import type { Machine } from './machine.ts'
import type { MachineRun } from './machine-run.ts'

/** Runs a machine: `(machine) => runMachine(machine, …)`, or the fixture's `machine.run`. */
export type RunOf<S extends string, Carried extends object> = (machine: Machine<S, Carried>) => Promise<MachineRun<S>>

/** A run that stands still after the work of each state until it is told where to go. */
export class SteppedRun {
  readonly #ended: Promise<void>
  #go: ((next: string | undefined) => void) | undefined
  #stands: () => void = () => undefined

  private constructor(run: (steer: () => Promise<string | undefined>) => Promise<MachineRun>) {
    this.#ended = endOf(run(() => this.#stand()))
  }

  /** Begins a run and waits until its first state has done its work. @throws what the run fails with there */
  static async begin<S extends string, Carried extends object>(
    machine: Machine<S, Carried>,
    run: RunOf<S, Carried>,
  ): Promise<SteppedRun> {
    const { names, plan } = machine
    const stepped = new SteppedRun((steer) => run({ names, plan: steeredPlan(plan, steer) }))
    await stepped.#standing()
    return stepped
  }

  /** Goes to a state and waits until it has done its work, or the run has ended in it. @throws what the run fails with */
  async step(next: string): Promise<void> {
    this.#release(next)
    await this.#standing()
  }

  /** Ends the run where it stands, cleanups included. @throws what the run fails with */
  async finish(): Promise<void> {
    this.#release(undefined)
    await this.#ended
  }

  #stand(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#go = resolve
      this.#stands()
    })
  }

  async #standing(): Promise<void> {
    if (this.#go !== undefined) return
    const stands = new Promise<void>((resolve) => {
      this.#stands = resolve
    })
    await Promise.race([stands, this.#ended])
  }

  #release(next: string | undefined): void {
    const go = this.#go
    this.#go = undefined
    go?.(next)
  }
}

/** An error state that was gone to because the walk led there, and not by a failure, is where it was to end. */
async function endOf(run: Promise<MachineRun>): Promise<void> {
  try {
    await run
  } catch (error) {
    if (!isFailedRun(error) || error.run.errors.length > 0) throw error
  }
}
