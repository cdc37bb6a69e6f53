import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '../../child-process/free-ports.ts'
import { lastLines } from '../../child-process/last-lines.ts'
import type { Reaper, SupervisedProcess } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { ServerDeath } from '../backend.ts'
import { type FirstAnswer, firstAnswer } from './first-answer.ts'
import {
  configFileOf,
  logFileOf,
  outputFileOf,
  serverArguments,
  serverConfig,
  serverEnvironment,
  type StorageKind,
} from './server-arguments.ts'

const PORT_ATTEMPTS = 5
const START_TIMEOUT_MS = 120_000
const LOG_LINES = 20
const LOG_LINE_LENGTH = 500

export type ChoosePorts = () => Promise<readonly [number, number]>

export interface ServerProcessOptions {
  readonly reaper: Reaper
  readonly binary: string
  /** A folder for configuration, logs and temporary files; made here. */
  readonly folder: string
  /** For `tikv`: PD's addresses. */
  readonly dataDirectory: string
  /** Default `unistore`. */
  readonly storage?: StorageKind
  /** Milliseconds that a run which ends gives the server to stop by itself. Default 0: nothing in it is worth it. */
  readonly graceMilliseconds?: number
  readonly signal?: AbortSignal | undefined
  /** The port for SQL and the status port. Default: two that are free. */
  readonly choosePorts?: ChoosePorts
}

/** A tidb-server that has answered a query. */
export interface ServerProcess extends FirstAnswer {
  readonly port: number
  readonly statusPort: number
  readonly process: SupervisedProcess
  /** Settles when it ends, for whatever reason. */
  readonly ended: Promise<ServerDeath>
}

/**
 * Starts a tidb-server and waits until it answers a query. A port that was taken between its choice and its use
 * is replaced by another.
 *
 * @throws BackendError `BACKEND_PORT_IN_USE` when every choice of ports was taken; `BACKEND_START` when the server
 *   ends, or does not answer in two minutes, with its last log lines; `BACKEND_SPAWN`; the signal's reason
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { folder } = options
  await mkdir(join(folder, 'tmp'), { recursive: true, mode: 0o700 })
  await writeFile(configFileOf(folder), serverConfig(folder, options.storage), { mode: 0o600 })
  const tried: number[] = []
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    options.signal?.throwIfAborted()
    const [port, statusPort] = await (options.choosePorts?.() ?? twoFreePorts())
    tried.push(port, statusPort)
    const outcome = await attemptStart(options, port, statusPort)
    if (outcome !== 'port in use') return outcome
    await Promise.all([logFileOf(folder), outputFileOf(folder)].map((file) => rm(file, { force: true })))
  }
  throw new BackendError(
    'BACKEND_PORT_IN_USE',
    `Port in use: TiDB could not listen on 127.0.0.1, although other ports were chosen ${PORT_ATTEMPTS} times ` +
      `(${tried.join(', ')}).`,
    {
      remedy:
        'Something takes every port as soon as it is free. `ss -ltnp` (macOS: `lsof -iTCP -sTCP:LISTEN`) names it.',
    },
  )
}

async function twoFreePorts(): Promise<readonly [number, number]> {
  const [port, statusPort] = await freePorts(2)
  return [port as number, statusPort as number]
}

async function attemptStart(
  options: ServerProcessOptions,
  port: number,
  statusPort: number,
): Promise<ServerProcess | 'port in use'> {
  const { reaper, binary, folder, dataDirectory, storage } = options
  const child = await reaper.spawn({
    command: binary,
    arguments: serverArguments({ storage, dataDirectory, folder, port, statusPort }),
    environment: serverEnvironment(),
    workingDirectory: folder,
    output: { file: outputFileOf(folder) },
    graceMilliseconds: options.graceMilliseconds ?? 0,
  })
  const ended = child.exited.then(async (exit) => ({ ...exit, lastLogLines: await logLines(folder) }))
  const waiting = new AbortController()
  const timer = setTimeout(() => waiting.abort(neverAnswered(binary)), START_TIMEOUT_MS)
  const abort = (): void => waiting.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', abort, { once: true })
  if (options.signal?.aborted === true) abort()
  try {
    const answered = firstAnswer(port, dataDirectory, waiting.signal)
    const outcome = await Promise.race([answered, ended])
    if ('version' in outcome) return { ...outcome, port, statusPort, process: child, ended }
    waiting.abort()
    await answered.catch(() => undefined)
    if (outcome.lastLogLines.some((line) => line.includes('bind: address already in use'))) return 'port in use'
    throw new BackendError('BACKEND_START', `TiDB ended while it was starting: ${describeDeath(outcome)}`, {
      context: { binary, dataDirectory },
    })
  } catch (error) {
    await child.signal('SIGKILL')
    await child.waitForExit()
    throw error
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', abort)
  }
}

function neverAnswered(binary: string): BackendError {
  return new BackendError('BACKEND_START', `TiDB did not answer within ${START_TIMEOUT_MS / 1000} s (${binary}).`, {
    remedy: 'The machine may be overloaded, or the program may not be a tidb-server.',
  })
}

/** The log, and after it what a panic or a refused flag printed; without stacks, and the configuration that TiDB logs. */
async function logLines(folder: string): Promise<string[]> {
  const [log, output] = await Promise.all([
    lastLines(logFileOf(folder), LOG_LINES),
    lastLines(outputFileOf(folder), LOG_LINES),
  ])
  return [...log, ...output]
    .filter((line) => !line.includes('] [INFO] ['))
    .map((line) => line.replace(/ \[stack=.*$/, '').slice(0, LOG_LINE_LENGTH))
}

/** `exit code 1, last log lines: …` */
function describeDeath(death: ServerDeath): string {
  const how = death.signal === null ? `exit code ${death.exitCode}` : death.signal
  if (death.lastLogLines.length === 0) return `${how}, its log is empty`
  return `${how}, last log lines:\n  ${death.lastLogLines.join('\n  ')}`
}
