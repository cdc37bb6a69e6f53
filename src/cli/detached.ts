import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '../backends/backend.ts'
import { BackendError } from '../errors/backend-error.ts'
import { recordsFolder, writeRecord, type StartedDetached } from './detached-records.ts'

type Message =
  | { readonly type: 'update'; readonly message: string; readonly done?: number; readonly total?: number }
  | { readonly type: 'note'; readonly message: string }
  | ({ readonly type: 'ready' } & StartedDetached)

/**
 * Starts this same command in a process that outlives this one, and waits until its TiDB answers. What it prepares
 * meanwhile is shown here.
 *
 * @throws BackendError `BACKEND_START` with what it printed when it ends; the signal's reason, when it has ended
 */
export async function startDetached(progress: Progress, signal: AbortSignal): Promise<StartedDetached> {
  const log = join(recordsFolder(), `${process.pid}.log`)
  const stderr = openSync(log, 'w', 0o600)
  const args = process.argv.slice(1).filter((arg) => arg !== '--detach')
  const child = spawn(process.execPath, [...process.execArgv, ...args, '--no-attached'], {
    detached: true,
    stdio: ['ignore', 'ignore', stderr, 'ipc'],
  })
  closeSync(stderr)
  const end = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  try {
    const ready = await readiness(child, progress)
    signal.throwIfAborted()
    if (ready !== undefined) return ready
    const said = readFileSync(log, 'utf8')
      .trim()
      .replace(/^tidb-test: /, '')
    throw new BackendError('BACKEND_START', said === '' ? 'The detached process ended without a word.' : said)
  } finally {
    signal.removeEventListener('abort', end)
    rmSync(log)
    child.unref()
  }
}

/** Undefined when it ended before. */
async function readiness(child: ChildProcess, progress: Progress): Promise<StartedDetached | undefined> {
  const ended = once(child, 'exit').then(() => undefined)
  const ready = new Promise<StartedDetached>((resolve) => {
    child.on('message', (message: Message) => {
      if (message.type === 'ready') resolve({ url: message.url, server: message.server })
      else if (message.type === 'note') progress.note(message.message)
      else progress.update(message.message, message.done, message.total)
    })
  })
  return await Promise.race([ready, ended])
}

export interface ReportToStarter extends Progress, Disposable {
  /** Records this process and lets go of the starter. */
  ready(started: StartedDetached): void
}

/** The other end: what a detached process does instead of printing. It ends when its starter ends before it is ready. */
export function reportToStarter(): ReportToStarter {
  const starterLost = (): void => void process.kill(process.pid, 'SIGTERM')
  process.once('disconnect', starterLost)
  const send = (message: Message): void => void process.send?.(message)
  let forget = (): void => undefined
  return {
    update: (message, done, total) =>
      send({
        type: 'update',
        message,
        ...(done === undefined ? {} : { done }),
        ...(total === undefined ? {} : { total }),
      }),
    note: (message) => send({ type: 'note', message }),
    ready(started) {
      forget = writeRecord(started)
      process.off('disconnect', starterLost)
      process.send?.({ type: 'ready', ...started } satisfies Message, () => {
        if (process.connected) process.disconnect()
      })
    },
    [Symbol.dispose]: () => {
      // Before it was ready: the open channel would keep this process alive.
      process.off('disconnect', starterLost)
      if (process.connected) process.disconnect()
      forget()
    },
  }
}
