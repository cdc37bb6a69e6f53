import type { Clock } from '../clock/clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { isSameServer } from '../connections/endpoint.ts'
import { openWire, sessionOver } from '../connections/open-session.ts'
import type { Session } from '../connections/session.ts'
import { Connection, type RunParts } from './connection.ts'
import { CoordinatedRun, runPlainMachine, type Task } from './coordinated-run.ts'
import { CoordinationEvents } from './coordination-events.ts'
import type { CoordinationLimits } from './coordination-limits.ts'
import type { CoordinatedRunOptions, CoordinatorOptions, SessionRequest } from './coordinator-options.ts'
import { Mailbox } from './mailbox.ts'
import { MeetingPlaces } from './meeting-places.ts'
import type { Requirement } from './task-outcome.ts'
import { SharedState } from './shared-state.ts'
import { WaitRegistry } from './wait-registry.ts'

export type AnyRunOptions = CoordinatedRunOptions<object, object, object, Requirement>

/** Makes the connections of a run, and what they share. Nothing is opened yet. */
export function prepareRun(
  tasks: ReadonlyMap<string, Task>,
  needed: number,
  controller: AbortController,
  coordinator: CoordinatorOptions & { readonly limits: CoordinationLimits },
  options: AnyRunOptions,
): { readonly run: CoordinatedRun; readonly registry: WaitRegistry } {
  const { limits, clock = systemClock, runMachine = runPlainMachine, whoWaits, beforeEnding, onActivity } = coordinator
  const { signal } = controller
  const names = [...tasks.keys()]
  const registry = new WaitRegistry({
    clock,
    timeout: options.timeout ?? limits.timeout,
    signal,
    parties: names,
    ...(whoWaits === undefined ? {} : { whoWaits }),
    ...(onActivity === undefined ? {} : { onActivity }),
  })
  const own = (name: string) => options.connections?.[name]
  const parts: RunParts = {
    names,
    ...sharedBy(registry, clock, options),
    places: new MeetingPlaces(registry),
    limits,
    clock,
    signal,
    openSession: coordinator.openSession ?? openPlainSession,
  }
  const connections = names.map((name): [string, Connection] => {
    const { endpoint = coordinator.endpoint, database } = own(name) ?? {}
    // Another server need not have the database of this one.
    const here = isSameServer(endpoint, coordinator.endpoint) ? coordinator.database : undefined
    return [name, new Connection(registry.party(name), parts, { endpoint, database: database ?? here })]
  })
  const run = new CoordinatedRun({
    tasks,
    connections: new Map(connections),
    opens: (name) => own(name)?.connect ?? options.connect ?? true,
    registry,
    events: parts.events,
    controller,
    clock,
    needed,
    runMachine,
    beforeEnding,
  })
  return { run, registry }
}

function sharedBy(
  registry: WaitRegistry,
  clock: Clock,
  options: AnyRunOptions,
): Pick<RunParts, 'shared' | 'mailbox' | 'events'> {
  const { shared = new SharedState({}), mailbox = new Mailbox(), events = new CoordinationEvents() } = options
  events.join(registry, clock)
  shared.join(registry, events)
  mailbox.join(registry)
  return { shared, mailbox, events }
}

async function openPlainSession({ name, endpoint, database, signal }: SessionRequest): Promise<Session> {
  // The signal is not for the session itself: a machine that is told to end still cleans up with it.
  return sessionOver(await openWire({ endpoint, signal, ...(database === undefined ? {} : { database }) }), { name })
}
