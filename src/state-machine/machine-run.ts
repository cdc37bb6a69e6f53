/** `hook` is a transition hook, run on the way into the state. */
export type Phase = 'hook' | 'enter' | 'execute' | 'exit'

export type VisitOutcome = 'passed' | 'failed' | 'timed out' | 'aborted'

/** One stay in one state. */
export interface Visit<S extends string = string> {
  readonly state: S
  /** Name of the handler; undefined in an end state that has none. */
  readonly handler: string | undefined
  /** Milliseconds since the Unix epoch, with fractions. */
  readonly enteredAt: number
  readonly leftAt: number
  readonly milliseconds: number
  readonly outcome: VisitOutcome
  /** Where the run went from here; undefined in its last state. */
  readonly next: S | undefined
  /** Where it broke; undefined when it passed. */
  readonly phase: Phase | undefined
  readonly error: unknown
  /** What `exit` threw after `error` had been thrown; both are kept. */
  readonly exitError: unknown
}

/** What a machine did. */
export interface MachineRun<S extends string = string> {
  /** The state in which it ended. */
  readonly state: S
  /** Every visit in order, the end state included. */
  readonly history: readonly Visit<S>[]
  readonly milliseconds: number
  /** Everything that was thrown, in order; empty in a run that ended well. */
  readonly errors: readonly unknown[]
}

/**
 * Called when a state is entered. What it gives back is called when that state has been left, and gives in turn what
 * tells, in lines, what was under way in between; that is asked only for the visit in which the run failed.
 */
export type Evidence = () => () => (visit: Visit) => readonly string[]
