// What a thread of a load runs: one task after another. threads.ts starts it.
import { parentPort } from 'node:worker_threads'
import type { Endpoint } from '../../connections/endpoint.ts'
import { Secret } from '../../logging/secret.ts'
import { randomOf } from '../random/random.ts'
import { createProgram } from '../workloads/programs.ts'
import { Drive } from './drive-sessions.ts'
import { ProgramSession } from './program-session.ts'
import { failureOf } from './thread-failure.ts'
import type { FromThread, ThreadPace, ThreadTask, ToThread } from './thread-protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file is a thread of a load and does nothing by itself')
const tell = (message: FromThread): void => port.postMessage(message)

let drive: Drive | undefined
let begin: ((pace: ThreadPace) => void) | undefined

port.on('message', (message: ToThread) => {
  if ('task' in message) void perform(message.task)
  else if ('begin' in message) begin?.(message.begin)
  else drive?.stop()
})

async function perform(task: ThreadTask): Promise<void> {
  const sessions: ProgramSession[] = []
  try {
    const begun = new Promise<ThreadPace>((resolve) => {
      begin = resolve
    })
    await openAll(task, sessions)
    tell({ ready: true })
    const { beginAt, ...pace } = await begun
    drive = new Drive({
      ...pace,
      sessions,
      randoms: task.sessions.map((index) => randomOf(task.seed, index)),
      begin: beginAt - performance.timeOrigin,
    })
    tell({ part: await drive.run() })
  } catch (error) {
    tell({ failure: failureOf(error) })
  } finally {
    drive = undefined
    for (const session of sessions) session.close()
  }
}

async function openAll(task: ThreadTask, sessions: ProgramSession[]): Promise<void> {
  const { database, connectTimeout, sessionCount } = task
  const { password, ...place } = task.endpoint
  const endpoint: Endpoint = { ...place, ...(password === undefined ? {} : { password: new Secret(password) }) }
  const program = await createProgram(task.source)
  // One after another: many handshakes at once take a busy server longer, and time out.
  for (const index of task.sessions) {
    const options = {
      endpoint,
      ...(database === undefined ? {} : { database }),
      connectTimeout,
      name: `load-${index + 1}`,
    }
    sessions.push(await ProgramSession.open(program, { index, count: sessionCount }, options))
  }
  await sessions[0]?.begin()
}
