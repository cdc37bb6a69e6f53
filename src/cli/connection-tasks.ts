import type { ConnectionContext } from '../coordination/connection-context.ts'
import type { Monitored } from '../coordination/monitor.ts'
import { connectionWorkflow } from '../workflows/connection-workflow.ts'
import { gettingVersion } from '../workflows/getting-version.ts'
import { StateMachine } from '../workflows/state-machine.ts'
import { State } from '../workflows/state.ts'

/** What is seen of a connection that was established. Times in milliseconds. */
export interface SeenConnection {
  readonly version: string
  /** From the beginning of the run until the version was read. */
  readonly milliseconds: number
  readonly monitored?: Monitored
}

/** What the connections share: what is seen of each, by its name. */
export interface Seen {
  readonly seen: Readonly<Record<string, SeenConnection>>
}

type Context = ConnectionContext<Seen>

/** A task for one connection: goes through the states of connecting, then holds the connection until all have theirs. */
export function workflowTask(begun: number, monitors: boolean): (connection: Context) => StateMachine<never> {
  return (connection) => {
    const machine = new StateMachine({
      ...connectionWorkflow,
      [State.GettingVersion]: {
        to: ['MeetingOthers'],
        async execute(context) {
          await gettingVersion(context)
          note(connection, { version: context.serverVersion.text, milliseconds: performance.now() - begun })
          return 'MeetingOthers'
        },
      },
      MeetingOthers: async () => {
        await meetOthers(connection)
        return monitors ? 'Monitoring' : State.Completed
      },
      Monitoring: async () => {
        await monitored(connection)
        return State.Completed
      },
    })
    return machine as unknown as StateMachine<never>
  }
}

/** The same without states: a function on a session that is open. */
export function simpleTask(begun: number, monitors: boolean): (connection: Context) => Promise<void> {
  return async (connection) => {
    const [row] = await connection.session.query<{ version: string }>`SELECT VERSION() AS version`
    note(connection, { version: row?.version ?? '', milliseconds: performance.now() - begun })
    await meetOthers(connection)
    if (monitors) await monitored(connection)
  }
}

function note({ name, shared }: Context, seen: SeenConnection): void {
  shared.update((value) => ({ seen: { ...value.seen, [name]: seen } }))
}

/** So all connections are open at the same time, but for those that could not be had. */
async function meetOthers({ names, shared }: Context): Promise<void> {
  await shared.until(({ seen }, { connections }) =>
    names.every((name) => seen[name] !== undefined || connections[name]?.status === 'error'),
  )
}

async function monitored(connection: Context): Promise<void> {
  const seen = connection.shared.value.seen[connection.name]
  const found = await connection.monitor()
  if (seen !== undefined) note(connection, { ...seen, monitored: found })
}
