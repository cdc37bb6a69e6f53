import type { Endpoint } from '../connections/endpoint.ts'
import type { Session } from '../connections/session.ts'
import { StateError } from '../errors/state-error.ts'
import type { RetryOptions } from '../resilience/retry-options.ts'
import type { StateContext as GenericContext, StateScope } from '../state-machine/state-context.ts'
import type { ServerVersion } from './server-version.ts'

export interface ConnectRequest {
  /** The session's name in logs and messages. */
  readonly name: string
  readonly database: string | undefined
  /** Aborts when connecting takes too long or the run is cancelled. */
  readonly signal: AbortSignal
}

/** What the states of a workflow work on. Reading a value that no state has provided yet throws a StateError. */
export interface WorkflowContext {
  readonly endpoint: Endpoint
  /** Undefined when no database was chosen. */
  readonly database: string | undefined
  /** Opens a session to the endpoint; whoever calls it closes it. */
  readonly connect: (request: ConnectRequest) => Promise<Session>
  /** How often, and how patiently, connecting is tried. */
  readonly retry: RetryOptions
  readonly session: Session
  readonly serverVersion: ServerVersion
}

/** What a handler is called with. */
export interface StateContext<Local = unknown, Data = unknown>
  extends WorkflowContext, StateScope<WorkflowContext, Local, Data> {}

/** What a handler of a dynamic machine is called with. */
export type DynamicStateContext<Local = unknown> = StateContext<Local, Map<string, unknown>>

/** The context of a step that any machine can take. */
export type StepContext = GenericContext<WorkflowContext>

const PROVIDERS = {
  endpoint: 'give the run an endpoint',
  session: 'begin with the state that connects, or give the run a session',
  serverVersion: 'pass through the state that tests the connection first, or give the run a server version',
} as const

/** Values that are given, and for those that are not a getter that says who would provide them. */
export function workflowContext(values: Partial<WorkflowContext> & Pick<WorkflowContext, 'connect'>): WorkflowContext {
  const context = { database: undefined, retry: {}, ...values }
  for (const [name, remedy] of Object.entries(PROVIDERS)) {
    if (values[name as keyof typeof PROVIDERS] !== undefined) continue
    Object.defineProperty(context, name, {
      configurable: true,
      get(this: { state?: string }): never {
        throw new StateError(
          'STATE_NOT_PROVIDED',
          `state '${this.state}' reads \`${name}\`, which nothing has provided`,
          {
            remedy: `To have it, ${remedy}.`,
            context: { state: this.state },
          },
        )
      },
    })
  }
  return context as WorkflowContext
}
