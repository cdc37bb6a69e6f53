import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Longest path of a local socket: 104 bytes with its final zero on macOS, 108 on Linux. */
const LONGEST_SOCKET_PATH = 103
const PREFIX = 'vtb-'
const SOCKET = 's'

export interface SocketPlace {
  readonly address: string
  remove(): Promise<void>
}

/** A path for a local socket (a named pipe on Windows) that only this user can open. */
export async function socketPlace(): Promise<SocketPlace> {
  if (process.platform === 'win32') {
    return { address: `\\\\.\\pipe\\vitest-tidb-${randomBytes(16).toString('hex')}`, remove: () => Promise.resolve() }
  }
  const longest = join(tmpdir(), `${PREFIX}XXXXXX`, SOCKET)
  const parent = Buffer.byteLength(longest) <= LONGEST_SOCKET_PATH ? tmpdir() : '/tmp'
  await sweep(parent)
  // mkdtemp gives the folder mode 0700.
  const folder = await mkdtemp(join(parent, PREFIX))
  return { address: join(folder, SOCKET), remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Removes the folders of runs that were killed: their sockets have nobody behind them. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(parent, name)
    const socket = join(folder, SOCKET)
    if ((await isOurs(socket)) && (await isDeserted(socket))) await rm(folder, { recursive: true, force: true })
  }
}

async function isOurs(socket: string): Promise<boolean> {
  // A socket that is gone, or that we may not look at, is another run's business.
  const found = await stat(socket).catch(() => undefined)
  return found !== undefined && found.isSocket() && found.uid === process.getuid?.()
}

function isDeserted(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket)
    probe.once('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  })
}
