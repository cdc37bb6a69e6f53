// What a thread of a load runs. It is started by threads.ts, and ends when it has told what it measured.
import { parentPort, workerData } from 'node:worker_threads'
import type { Endpoint } from '../../connections/endpoint.ts'
import { Secret } from '../../logging/secret.ts'
import { randomOf } from '../random/random.ts'
import { createProgram } from '../workloads/programs.ts'
import { Drive } from './drive-sessions.ts'
import { ProgramSession } from './program-session.ts'
import { failureOf } from './thread-failure.ts'
import type { FromThread, ThreadTask, ToThread } from './thread-protocol.ts'

const port = parentPort
if (port === null) throw new Error('this file is a thread of a load and does nothing by itself')
const tell = (message: FromThread): void => port.postMessage(message)

const { endpoint, database, source, sessions: numbers, sessionCount, seed, connectTimeout } = workerData as ThreadTask
const sessions: ProgramSession[] = []

try {
  const program = await createProgram(source)
  const { password, ...place } = endpoint
  const whole: Endpoint = { ...place, ...(password === undefined ? {} : { password: new Secret(password) }) }
  // One after another: many handshakes at once take a busy server longer, and time out.
  for (const index of numbers) {
    sessions.push(
      await ProgramSession.open(
        program,
        { index, count: sessionCount },
        {
          endpoint: whole,
          ...(database === undefined ? {} : { database }),
          connectTimeout,
          name: `load-${index + 1}`,
        },
      ),
    )
  }
  await sessions[0]?.begin()
  let drive: Drive | undefined
  const part = await new Promise<Parameters<typeof tell>[0]>((resolve, reject) => {
    port.on('message', (message: ToThread) => {
      if ('stop' in message) {
        drive?.stop()
        return
      }
      const { beginAt, ...pace } = message.begin
      drive = new Drive({
        ...pace,
        sessions,
        randoms: numbers.map((index) => randomOf(seed, index)),
        begin: beginAt - performance.timeOrigin,
      })
      drive.run().then((part) => resolve({ part }), reject)
    })
    tell({ ready: true })
  })
  tell(part)
} catch (error) {
  tell({ failure: failureOf(error) })
} finally {
  for (const session of sessions) session.close()
  port.close()
}
