import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { dirname, extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { WatchOrder } from './container-reaper.ts'

/** Removes the run's containers when this process ends without having done so itself. */
export interface ContainerWatcher {
  readonly pid: number
  /** There is nothing left to watch: the watcher ends. Idempotent. */
  release(): Promise<void>
}

/** Resolves once the watcher stands ready, so that no container is ever without one. Throws `BACKEND_REAPER`. */
export async function watchContainers(order: WatchOrder): Promise<ContainerWatcher> {
  const child = spawn(process.execPath, [containerReaperScript()], {
    // A session of its own: Ctrl-C and a closed terminal do not reach it. No folder is held.
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'pipe', 'ignore'],
    // Windows cannot open sockets without SystemRoot; elsewhere nothing is needed, so no secret is handed on.
    env: process.platform === 'win32' ? process.env : compiledCode(process.env),
    windowsHide: true,
  })
  // Writing to a watcher that somebody killed is not worth a crash: `exit` below tells of it.
  child.stdin.on('error', () => undefined)
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdin.write(`${JSON.stringify(order)}\n`)
  try {
    await standsReady(child)
  } catch (error) {
    child.kill('SIGKILL')
    throw new BackendError('BACKEND_REAPER', `The process that removes containers cannot start: ${messageOf(error)}`, {
      cause: error,
      remedy: 'Check that this Node can start processes, and that the package is installed completely.',
    })
  }
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as unknown as Socket).unref()
  return {
    pid: child.pid as number,
    async release() {
      child.ref()
      child.stdin.end('release\n')
      await exited
    },
  }
}

/** Where Node keeps compiled code, so that the watcher is up sooner. */
function compiledCode({ NODE_COMPILE_CACHE: folder }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

async function standsReady(child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }): Promise<void> {
  const lines = createInterface(child.stdout)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`it ended with ${String(code)}`)
  })
  await Promise.race([once(lines, 'line'), ended])
  // From here on its end is not an error of the start.
  ended.catch(() => undefined)
}

/** Beside this file in source; in a build, at the root of the folder that the chunks are in. */
function containerReaperScript(from: string = fileURLToPath(import.meta.url)): string {
  const name = `container-reaper${extname(from)}`
  for (let folder = dirname(from), looks = 0; looks < 4; folder = dirname(folder), looks += 1) {
    const file = join(folder, name)
    if (existsSync(file)) return file
  }
  throw new BackendError('BACKEND_REAPER', `The package is incomplete: there is no ${name} above ${dirname(from)}.`, {
    remedy: 'Install vitest-tidb again. A bundler must leave the package external.',
  })
}
