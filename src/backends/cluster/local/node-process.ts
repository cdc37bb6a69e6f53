import { setTimeout as delay } from 'node:timers/promises'
import { lastLines } from '../../../child-process/last-lines.ts'
import type { Reaper, SupervisedProcess } from '../../../child-process/reaper-client.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import type { ServerDeath } from '../../backend.ts'
import { serverEnvironment } from '../../local/server-arguments.ts'

const START_TIMEOUT_MS = 120_000
const POLL_MS = 10
const LOG_LINES = 20

export interface NodeProcessOptions {
  readonly reaper: Reaper
  /** For messages. */
  readonly title: string
  readonly binary: string
  readonly arguments: readonly string[]
  readonly folder: string
  readonly logFile: string
  /** What is written to standard output and error: panics, refused flags. */
  readonly outputFile: string
  /** Whether it can be used. Asked again and again. */
  readonly ready: (signal: AbortSignal) => Promise<boolean>
  readonly signal?: AbortSignal | undefined
}

export interface NodeProcess {
  readonly process: SupervisedProcess
  readonly ended: Promise<ServerDeath>
}

/**
 * Starts PD or a store and waits until it can be used.
 *
 * @returns undefined when a port was taken between its choice and its use
 * @throws BackendError `BACKEND_START` when it ends, or cannot be used in two minutes, with its last log lines
 */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess | undefined> {
  const { reaper, title, binary, folder, logFile, outputFile, signal } = options
  const child = await reaper.spawn({
    command: binary,
    arguments: options.arguments,
    environment: serverEnvironment(),
    workingDirectory: folder,
    output: { file: outputFile },
    graceMilliseconds: 0,
  })
  const ended = child.exited.then(async (exit) => ({ ...exit, lastLogLines: await logLines(logFile, outputFile) }))
  let death: ServerDeath | undefined
  void ended.then((found) => {
    death = found
  })
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS)
  const waiting = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
  try {
    while (!(await options.ready(waiting))) {
      if (death !== undefined) {
        if (death.lastLogLines.some((line) => line.includes('address already in use'))) return undefined
        throw new BackendError('BACKEND_START', `${title} ended while it was starting: ${describeDeath(death)}`)
      }
      signal?.throwIfAborted()
      if (deadline.aborted) {
        throw new BackendError('BACKEND_START', `${title} did not answer within ${START_TIMEOUT_MS / 1000} s.`, {
          remedy: 'The machine may be overloaded.',
        })
      }
      await delay(POLL_MS)
    }
    return { process: child, ended }
  } catch (error) {
    await child.signal('SIGKILL')
    await child.waitForExit()
    throw error
  }
}

/** Whether an HTTP GET is answered with 200. */
export async function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const reply = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]) })
    await reply.arrayBuffer()
    return reply.ok
  } catch {
    // Nobody listens yet, or whoever was asked has ended: the caller looks at the process.
    return false
  }
}

async function logLines(logFile: string, outputFile: string): Promise<string[]> {
  const [log, output] = await Promise.all([lastLines(logFile, LOG_LINES), lastLines(outputFile, LOG_LINES)])
  return [...log, ...output].map((line) => line.replace(/ \[stack=.*$/, '').slice(0, 500))
}

function describeDeath(death: ServerDeath): string {
  const how = death.signal === null ? `exit code ${death.exitCode}` : death.signal
  return `${how}, last log lines:\n  ${death.lastLogLines.join('\n  ')}`
}
