import { dirname } from 'node:path'
import type { BlockingObserver } from '../blocking/blocking-observer.ts'
import type { Session } from '../connections/session.ts'
import type { StateContext } from '../workflows/workflow-context.ts'
import { ConnectionsHost } from './connections-host.ts'
import { swallowedText } from './failed-statement.ts'
import { HandlerInstance } from './handler-instance.ts'
import type { KeptInterpreter } from './kept-interpreter.ts'
import { chosenState } from './state-name.ts'

export interface PythonStateOptions {
  readonly interpreter: KeptInterpreter
  /** Absolute. */
  readonly file: string
  /** Name of the class. */
  readonly handler: string
  readonly observer: BlockingObserver
  readonly lockWaitTimeout?: number
  /** Milliseconds that it may take at most. Limits of the machine end it sooner. */
  readonly timeout: number
  readonly log: (text: string) => void
}

/** A handler of a machine whose work is done in Python. */
export interface PythonState<To extends string> {
  readonly name: string
  readonly to: readonly To[]
  execute(context: StateContext<unknown, never>): Promise<To>
}

/**
 * A handler written in Python as a state of a machine of TypeScript, or of both. What its `execute` returns is where the
 * machine goes: one of `to`, in any of the spellings that PyState's names have. Its `enter` and `exit` run too.
 *
 * It works on the session of the machine's context; when nothing has provided one, reading it is an error as in any state.
 */
export function pythonState<const To extends string>(options: PythonStateOptions, to: readonly To[]): PythonState<To> {
  const { interpreter, file, handler } = options
  return {
    name: handler,
    to,
    execute: (context) =>
      interpreter.use(async (lent) => {
        const connections = connectionsOf(options, context)
        const instance = new HandlerInstance({
          interpreter: lent,
          file,
          handler,
          connections,
          timeout: options.timeout,
        })
        lent.serve(connections)
        const interrupted = (): void => void instance.interrupt().catch(() => lent.end())
        context.signal.addEventListener('abort', interrupted, { once: true })
        try {
          const { endpoint, session } = context
          const database = { endpoint, name: session.database ?? '' }
          await instance.create(database)
          const returned = await run(instance, options.timeout)
          // A state that is none of `to` is told by the machine, with those that it may go to.
          return chosenState(returned.state ?? returned.returned, to) as To
        } catch (error) {
          throw instance.failureOf([error])
        } finally {
          context.signal.removeEventListener('abort', interrupted)
          lent.serve(undefined)
          const output = instance.takeOutput().trimEnd()
          if (output !== '') options.log(output)
          for (const failed of connections.swallowedBut(instance.raised)) options.log(swallowedText(failed))
          await connections.close()
        }
      }),
  }
}

/** `exit` always runs, and the first failure is the one that counts. */
async function run(instance: HandlerInstance, exitTimeout: number): ReturnType<HandlerInstance['call']> {
  try {
    await instance.call('enter')
    return await instance.call('execute')
  } finally {
    await instance.leave(exitTimeout)
    await instance.dispose(exitTimeout)
  }
}

function connectionsOf(options: PythonStateOptions, context: StateContext<unknown, never>): ConnectionsHost {
  const { file, observer, lockWaitTimeout, log } = options
  const { session, signal } = context
  const open = ({ id, database }: { id: string; database?: string | null | undefined }): Promise<Session> =>
    context.connect({ name: id, database: database ?? session.database, signal })
  return new ConnectionsHost({
    main: session,
    isMainShared: true,
    open,
    observer,
    signal,
    lockWaitTimeout,
    folder: dirname(file),
    log,
  })
}
