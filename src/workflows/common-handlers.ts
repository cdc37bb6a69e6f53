import type { Awaitable } from '../state-machine/state-context.ts'
import { connecting } from './connecting.ts'
import type { DynamicStateHandler } from './dynamic-state-machine.ts'
import { gettingVersion } from './getting-version.ts'
import { parsingConfig } from './parsing-config.ts'
import { testingConnection } from './testing-connection.ts'
import { verifyingDatabase } from './verifying-database.ts'
import type { StepContext } from './workflow-context.ts'

export type HandlerMaker = <const To extends string>(options: { readonly then: To }) => DynamicStateHandler<To>

/** The states of opening a connection as handlers of a dynamic machine; each says where it goes `then`. */
export const commonHandlers: Readonly<
  Record<
    'initial' | 'parsingConfig' | 'connecting' | 'testingConnection' | 'verifyingDatabase' | 'gettingVersion',
    HandlerMaker
  >
> = {
  initial: handler('initial', () => undefined),
  parsingConfig: handler('parsingConfig', parsingConfig),
  connecting: handler('connecting', connecting),
  testingConnection: handler('testingConnection', testingConnection),
  verifyingDatabase: handler('verifyingDatabase', verifyingDatabase),
  gettingVersion: handler('gettingVersion', gettingVersion),
}

function handler(name: string, work: (context: StepContext) => Awaitable<void>): HandlerMaker {
  return ({ then }) => ({
    name,
    to: [then],
    async execute(context) {
      await work(context)
      return then
    },
  })
}
