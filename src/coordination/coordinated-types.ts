import type { Machine } from '../state-machine/machine.ts'
import type { MachineRun } from '../state-machine/machine-run.ts'
import type { ConnectionContext } from './connection-context.ts'
import type { Requirement } from './task-outcome.ts'

/** What a task that returns this contributes: a machine its run, anything else itself. */
export type RunOf<R> = Awaited<R> extends Machine<infer S, never> ? MachineRun<S> : Awaited<R>

/** A function, whose machine is run if it returns one; or a machine. */
export type TaskOf<T extends object, M extends object, E extends object> =
  | ((connection: ConnectionContext<T, M, E>) => unknown)
  | Machine<string, never>

/** What each task contributes, by its name. */
export type ResultsOf<Tasks> = {
  -readonly [Name in keyof Tasks]: Tasks[Name] extends (...args: never[]) => infer R ? RunOf<R> : RunOf<Tasks[Name]>
}

/** Where not all are required, some may be missing. */
export type RequiredOf<R extends object, Required extends Requirement> = [Required] extends ['all'] ? R : Partial<R>
