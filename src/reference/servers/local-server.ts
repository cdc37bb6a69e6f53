import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '../../child-process/free-ports.ts'
import { lastLines } from '../../child-process/last-lines.ts'
import type { Reaper, SupervisedProcess } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { identifyReference } from '../identify-reference.ts'
import type { ReferenceIdentity } from '../reference-product.ts'
import type { ServerProgram } from './server-program.ts'

const POLL_MS = 10
const PORT_ATTEMPTS = 5
const START_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 30_000

/**
 * What a server is started with beside where it works. Nothing in it is worth a flush to disk; and text is stored and
 * compared as in a new database of TiDB.
 */
export const SERVER_SETTINGS = [
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_bin',
  '--skip-log-bin',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-buffer-pool-size=32M',
  '--innodb-log-file-size=8M',
  '--performance-schema=OFF',
  '--local-infile=OFF',
  '--loose-mysqlx=OFF',
] as const

export interface LocalServerOptions {
  readonly reaper: Reaper
  readonly program: ServerProgram
  /** A folder of the run; its `data` is the data directory. */
  readonly folder: string
  readonly signal?: AbortSignal | undefined
}

export interface LocalServer extends ReferenceIdentity {
  readonly port: number
  readonly process: SupervisedProcess
  /** Ends it so that its data can be started again. */
  stopGracefully(): Promise<void>
}

/**
 * Starts a server on the data of a folder, on a port of its own, and waits until it answers a query.
 *
 * @throws BackendError `BACKEND_REFERENCE_START` with its last log lines; the signal's reason
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted()
    const [port = 0] = await freePorts(1)
    const outcome = await attemptStart(options, port)
    if (!('lines' in outcome)) return outcome
    const taken = outcome.lines.some((line) => /address already in use|do you already have another/i.test(line))
    if (!taken || attempt === PORT_ATTEMPTS) throw ended(options, outcome.lines)
    await rm(logOf(options), { force: true })
  }
}

/** Runs a program of the server's to its end, under the reaper. @throws BackendError `BACKEND_REFERENCE_START` */
export async function runToEnd(
  { reaper, folder, signal }: LocalServerOptions,
  command: string,
  args: readonly string[],
): Promise<void> {
  const lines: string[] = []
  const child = await reaper.spawn(
    { command, arguments: args, environment: environment(folder), workingDirectory: folder, output: 'lines' },
    (line) => lines.push(line),
  )
  const abort = (): void => void child.signal('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  const { exitCode, signal: ending } = await child.waitForExit()
  signal?.removeEventListener('abort', abort)
  signal?.throwIfAborted()
  if (exitCode === 0) return
  const last = lines.filter((line) => line.trim() !== '').slice(-15)
  throw new BackendError(
    'BACKEND_REFERENCE_START',
    `${command} failed (${ending ?? exitCode}):\n  ${last.join('\n  ')}`,
    { remedy: 'Try it by hand on an empty folder, or name another server in reference.binary.' },
  )
}

/** A server refuses to run as root unless that is asked for. */
export function userArgument(): readonly string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : []
}

async function attemptStart(options: LocalServerOptions, port: number): Promise<LocalServer | { lines: string[] }> {
  const { reaper, program, folder, signal } = options
  const data = join(folder, 'data')
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 })
  const child = await reaper.spawn({
    command: program.path,
    arguments: [
      // First, or it is not taken: nothing of the system's own service is read.
      '--no-defaults',
      ...userArgument(),
      `--datadir=${data}`,
      `--tmpdir=${join(folder, 'tmp')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      // Inside the data directory, where the server works: a full path may be longer than sockets allow.
      '--socket=reference.sock',
      '--pid-file=reference.pid',
      ...SERVER_SETTINGS,
    ],
    environment: environment(folder),
    workingDirectory: folder,
    output: { file: logOf(options) },
  })
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS)
  let gone = false
  void child.exited.then(() => (gone = true))
  try {
    const endpoint = { host: '127.0.0.1', port, user: 'root' }
    for (;;) {
      if (gone) return { lines: await lastLines(logOf(options), 15) }
      signal?.throwIfAborted()
      const identity = await identifyReference(endpoint, { connectTimeout: 10_000, signal }).catch((error: unknown) =>
        deadline.aborted ? Promise.reject(neverAnswered(program, error)) : undefined,
      )
      // Somebody else, who took the port first, may answer: then this server ends by itself.
      if (identity !== undefined && identity.dataDirectory.replace(/\/$/, '') === data) {
        const { product, version, name } = identity
        return { product, version, name, port, process: child, stopGracefully: () => stopGracefully(child) }
      }
      await delay(POLL_MS)
    }
  } catch (error) {
    await child.signal('SIGKILL')
    await child.waitForExit()
    throw error
  }
}

async function stopGracefully(child: SupervisedProcess): Promise<void> {
  await child.signal('SIGTERM')
  const timer = setTimeout(() => void child.signal('SIGKILL'), STOP_TIMEOUT_MS)
  const { exitCode, signal } = await child.waitForExit()
  clearTimeout(timer)
  if (exitCode === 0) return
  throw new BackendError('BACKEND_REFERENCE_START', `The reference did not stop cleanly: ${signal ?? exitCode}.`)
}

function logOf({ folder }: LocalServerOptions): string {
  return join(folder, 'server.log')
}

/** Of ours nothing but where programs are: a password or an option in a variable is not the server's. */
function environment(folder: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: folder, TZ: 'UTC' }
}

function ended({ program }: LocalServerOptions, lines: readonly string[]): BackendError {
  return new BackendError(
    'BACKEND_REFERENCE_START',
    `${program.path} ended while it was starting. Its last lines:\n  ${lines.join('\n  ')}`,
    { remedy: 'Name another server in reference.binary (TIDB_REFERENCE_BINARY), or an endpoint.' },
  )
}

function neverAnswered({ path }: ServerProgram, cause: unknown): BackendError {
  return new BackendError('BACKEND_REFERENCE_START', `${path} did not answer within ${START_TIMEOUT_MS / 1000} s.`, {
    cause,
    remedy: 'The machine may be overloaded.',
  })
}
