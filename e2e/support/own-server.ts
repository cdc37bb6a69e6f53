import { spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { openSession, type Session } from 'vitest-tidb/engine'
import type { UserProject } from './user-project.ts'

export interface OwnServer {
  readonly port: number
  /** As root, and not by TLS. */
  open(): Promise<Session>
}

/** Starts a tidb-server by hand, for what no backend offers: another address, TLS. Ends with the test. */
export async function ownServer(
  project: UserProject,
  binary: string,
  { host = '127.0.0.1', security = {} }: { host?: string; security?: Readonly<Record<string, string | boolean>> } = {},
): Promise<OwnServer> {
  const port = await freePort(host)
  const folder = join(project.temporary, `server-${port}`)
  await mkdir(folder)
  const settings = Object.entries(security).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
  const config = [
    `tmp-storage-path = ${JSON.stringify(join(folder, 'spilled'))}`,
    'split-table = false',
    '[status]',
    'report-status = false',
    '[security]',
    ...settings,
  ]
  await project.write(`server-${port}.toml`, `${config.join('\n')}\n`)
  const server = spawn(binary, argumentsOf(folder, join(project.folder, `server-${port}.toml`), host, port), {
    stdio: 'ignore',
    // Without a path it keeps its data in a folder of the system's temporary ones, which goes with the project then.
    env: { ...process.env, TMPDIR: project.temporary },
  })
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()))
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await ended
  })
  const open = (): Promise<Session> => openSession({ name: 'setup', endpoint: { host, port, user: 'root' } })
  await vi.waitFor(async () => (await open()).close(), { timeout: 60_000, interval: 50 })
  return { port, open }
}

async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function argumentsOf(folder: string, config: string, host: string, port: number): string[] {
  const flags = {
    config,
    store: 'unistore',
    path: '',
    host,
    P: String(port),
    socket: '',
    'temp-dir': folder,
    L: 'error',
    'log-file': join(folder, 'log'),
    'log-slow-query': join(folder, 'slow'),
  }
  return Object.entries(flags).flatMap(([name, value]) => [`-${name}`, value])
}
