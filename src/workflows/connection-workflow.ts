import type { Awaitable } from '../state-machine/state-context.ts'
import { connecting } from './connecting.ts'
import { gettingVersion } from './getting-version.ts'
import { parsingConfig } from './parsing-config.ts'
import { State } from './state.ts'
import type { End, StateHandler } from './state-machine.ts'
import { testingConnection } from './testing-connection.ts'
import { verifyingDatabase } from './verifying-database.ts'
import type { StateContext } from './workflow-context.ts'

/** The states of opening a connection as handlers, in their order: spread them into a `StateMachine`. */
export const connectionWorkflow: { readonly [K in Exclude<State, End>]: StateHandler<State> } = {
  [State.Initial]: { to: [State.ParsingConfig], execute: () => State.ParsingConfig },
  [State.ParsingConfig]: step('parsingConfig', parsingConfig, State.Connecting),
  [State.Connecting]: step('connecting', connecting, State.TestingConnection),
  [State.TestingConnection]: step('testingConnection', testingConnection, State.VerifyingDatabase),
  [State.VerifyingDatabase]: step('verifyingDatabase', verifyingDatabase, State.GettingVersion),
  [State.GettingVersion]: step('gettingVersion', gettingVersion, State.Completed),
}

function step(name: string, work: (context: StateContext) => Awaitable<void>, then: State): StateHandler<State> {
  return {
    name,
    to: [then],
    async execute(context) {
      await work(context)
      return then
    },
  }
}
