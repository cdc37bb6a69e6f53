import type { Reaper } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { goEnvironment, type GoToolchain } from './go-toolchain.ts'

const KEPT_LINES = 30

export interface GoCommand {
  readonly reaper: Reaper
  readonly go: GoToolchain
  /** A folder with a copy of go.mod and go.sum. */
  readonly module: string
  readonly temporary: string
  readonly signal: AbortSignal | undefined
}

/**
 * Runs the go command in the module, under the reaper: interrupted, it leaves neither compilers nor temporary files.
 *
 * @param onLine gets each line of both streams
 * @throws BackendError `BACKEND_DISK_FULL`, `BACKEND_BUILD`; the signal's reason
 */
export async function runGo(
  command: GoCommand,
  arguments_: readonly string[],
  onLine: (line: string) => void,
): Promise<void> {
  const { reaper, go, module, temporary, signal } = command
  signal?.throwIfAborted()
  const last: string[] = []
  const child = await reaper.spawn(
    {
      command: go.path,
      arguments: arguments_,
      environment: { ...goEnvironment(), GOTMPDIR: temporary },
      workingDirectory: module,
      output: 'lines',
    },
    (line) => {
      onLine(line)
      last.push(line)
      if (last.length > KEPT_LINES) last.shift()
    },
  )
  const abort = (): void => void child.signal('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted === true) abort()
  const exit = await child.waitForExit()
  signal?.removeEventListener('abort', abort)
  signal?.throwIfAborted()
  if (exit.exitCode !== 0) throw failure(arguments_[0] ?? '', exit.exitCode ?? exit.signal, last)
}

function failure(verb: string, how: number | string | null, lines: readonly string[]): BackendError {
  const text = lines.join('\n')
  if (/no space left on device|disk quota exceeded/i.test(text)) {
    return new BackendError(
      'BACKEND_DISK_FULL',
      `The disk is full: TiDB was not built.\n  ${lines.slice(-5).join('\n  ')}`,
      {
        remedy: 'Free some space, or set GOCACHE, GOMODCACHE and VITEST_TIDB_CACHE to folders on a larger disk.',
      },
    )
  }
  const network = /dial tcp|proxyconnect|i\/o timeout|no such host|TLS handshake|40[34] |50\d |Forbidden/.test(text)
  return new BackendError('BACKEND_BUILD', `\`go ${verb}\` failed (${how}):\n  ${lines.slice(-15).join('\n  ')}`, {
    remedy: network
      ? 'Go could not fetch a module. Check the connection, and GOPROXY, GOSUMDB and HTTPS_PROXY (`go env`).'
      : 'If a compiler was killed, there may be too little memory: about 3 GB are needed.',
  })
}
