import type { Machine } from '../state-machine/machine.ts'
import type { MachineRun } from '../state-machine/machine-run.ts'
import { CoordinationError } from '../errors/coordination-error.ts'
import type { ConnectionContext } from './connection-context.ts'
import type { ConnectionCoordinator } from './connection-coordinator.ts'
import type { Coordinated } from './coordinated.ts'
import type { RequiredOf, TaskOf } from './coordinated-types.ts'
import type { ConnectionOptions, CoordinatedRunOptions } from './coordinator-options.ts'
import type { Requirement } from './task-outcome.ts'

/**
 * Several machines that run side by side, each on a connection of its own, and on an endpoint of its own if wanted.
 *
 * They connect by themselves (`connectionWorkflow`, `commonHandlers.connecting`); one that does not is added with
 * `{ connect: true }`, and finds a session in its context.
 */
export class MultiConnectionStateMachine<
  T extends object = object,
  M extends object = object,
  E extends object = object,
  const Required extends Requirement = 'all',
  Runs extends object = object,
> {
  readonly #coordinator: ConnectionCoordinator
  readonly #options: SharedOptions<T, M, E, Required>
  readonly #machines = new Map<string, TaskOf<T, M, E>>()
  readonly #connections = new Map<string, ConnectionOptions>()

  /** The options are those of `ConnectionCoordinator.run`. */
  constructor(coordinator: ConnectionCoordinator, options: SharedOptions<T, M, E, Required> = {}) {
    this.#coordinator = coordinator
    this.#options = options
  }

  /**
   * Adds a machine, or a function that makes one and has what the connections share.
   *
   * @throws CoordinationError `COORDINATION_TASKS` when there is one of that name
   */
  add<Name extends string, S extends string>(
    name: Name,
    machine: Machine<S, never> | ((connection: ConnectionContext<T, M, E>) => Machine<S, never>),
    options: ConnectionOptions = {},
  ): MultiConnectionStateMachine<T, M, E, Required, Runs & { readonly [N in Name]: MachineRun<S> }> {
    if (this.#machines.has(name)) {
      throw new CoordinationError('COORDINATION_TASKS', `there is a machine '${name}' already`, {
        remedy: 'Names tell connections apart: give this one another.',
      })
    }
    this.#machines.set(name, machine)
    this.#connections.set(name, options)
    return this as unknown as MultiConnectionStateMachine<
      T,
      M,
      E,
      Required,
      Runs & { readonly [N in Name]: MachineRun<S> }
    >
  }

  /** Runs them all: see `ConnectionCoordinator.run`. */
  run(): Coordinated<Runs, RequiredOf<Runs, Required>> {
    const run = this.#coordinator.run<T, M, E, Required>(
      { connect: false, ...this.#options, connections: Object.fromEntries(this.#connections) },
      Object.fromEntries(this.#machines),
    )
    return run as unknown as Coordinated<Runs, RequiredOf<Runs, Required>>
  }
}

type SharedOptions<T extends object, M extends object, E extends object, Required extends Requirement> = Omit<
  CoordinatedRunOptions<T, M, E, Required>,
  'connections'
>
