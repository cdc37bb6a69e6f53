/**
 * A process of its own that starts the servers of a run and outlives the main process by a moment:
 * when the pipe from the main process ends, for whatever reason (SIGKILL included), it ends the servers
 * and removes the run's folders. It spawns them itself so that no server is ever without a reaper.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { messageOf, TidbTestError } from '../errors/tidb-test-error.ts'
import { ownIdentity, signalIfAlive } from './process-identity.ts'
import type { ReaperMessage, ReaperRequest, SpawnOptions } from './reaper-protocol.ts'
import { createRunFolder, removeRunFolder, sweepRunFolders } from './run-folder.ts'

const children = new Map<ChildProcess, SpawnOptions>()
const ownedFolders = new Set<string>()
let runFolder: string | undefined
let ending = false

function send(message: ReaperMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function spawnChild(options: SpawnOptions): Promise<number> {
  const output = options.output === 'lines' ? 'pipe' : openSync(options.output.file, 'a', 0o600)
  // A group of its own: what the child starts (compilers, for one) ends with it.
  const child = spawn(options.command, options.arguments, {
    cwd: options.workingDirectory,
    env: options.environment,
    stdio: ['ignore', output, output],
    detached: true,
  })
  if (typeof output === 'number') closeSync(output)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => {
      const pid = child.pid as number
      children.set(child, options)
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null) createInterface(stream).on('line', (line) => send({ type: 'line', pid, line }))
      }
      child.once('close', (exitCode, signal) => {
        children.delete(child)
        send({ type: 'exit', pid, exitCode, signal })
      })
      resolve(pid)
    })
  })
}

async function handle(request: ReaperRequest): Promise<void> {
  try {
    let pid: number | undefined
    if (request.type === 'spawn') {
      if (ending) throw new Error('the run is ending')
      pid = await spawnChild(request.spawn)
    } else if (request.type === 'own') ownedFolders.add(request.folder)
    else signalChild(request.pid, request.signal)
    send(pid === undefined ? { type: 'reply', id: request.id } : { type: 'reply', id: request.id, pid })
  } catch (error) {
    send({ type: 'reply', id: request.id, error: messageOf(error) })
  }
}

/** Only children that have not been waited for are signalled: their ids cannot belong to anybody else. */
function signalChild(pid: number, signal: NodeJS.Signals): void {
  for (const child of children.keys()) {
    if (child.pid === pid) signalIfAlive(-pid, signal)
  }
}

async function endChild(child: ChildProcess, options: SpawnOptions): Promise<void> {
  const pid = child.pid as number
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  if (child.exitCode !== null || child.signalCode !== null) return
  const grace = options.graceMilliseconds ?? 0
  if (grace > 0) {
    signalIfAlive(-pid, 'SIGTERM')
    const timer = setTimeout(() => signalIfAlive(-pid), grace)
    await ended
    clearTimeout(timer)
  } else {
    signalIfAlive(-pid)
    await ended
  }
}

async function end(exitCode: number): Promise<void> {
  if (ending) return
  ending = true
  await Promise.all([...children].map(([child, options]) => endChild(child, options)))
  const removals = [...ownedFolders].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 20 }))
  if (runFolder !== undefined) removals.push(removeRunFolder(runFolder))
  const results = await Promise.allSettled(removals)
  process.exit(results.some((result) => result.status === 'rejected') ? 1 : exitCode)
}

// The terminal's signals go to the main process, whose end is seen on the pipe.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('uncaughtException', () => void end(1))
// Nobody reads any more: the end of standard input says so too.
process.stdout.on('error', () => void end(0))

const requests = createInterface(process.stdin)
requests.on('line', (line) => void handle(JSON.parse(line) as ReaperRequest))
requests.on('close', () => void end(0))

try {
  runFolder = await createRunFolder()
  send({ type: 'ready', ...ownIdentity(), runFolder })
  // What cannot be removed now must not end this run; the next one tries again.
  await sweepRunFolders().catch((error: unknown) => process.stderr.write(`${messageOf(error)}\n`))
} catch (error) {
  send({
    type: 'failed',
    code: error instanceof TidbTestError ? error.code : 'BACKEND_REAPER',
    message: messageOf(error),
  })
  await end(1)
}
