import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, constants, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'

/** One tidb-server for good, however it is called. */
export interface BinaryIdentity {
  readonly path: string
  readonly sha256: string
  /** `Release Version` of `tidb-server -V`, such as `v8.5.4`. */
  readonly release: string
}

interface CachedIdentity extends BinaryIdentity {
  /** What tells without reading 130 MB that the file is the one that was identified. */
  readonly fingerprint: string
}

const VERSION_TIMEOUT_MS = 10_000
const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT'])

/**
 * Reads what a tidb-server is. The digest takes a fifth of a second, so it is remembered in the cache for as
 * long as the file's size, times and number stay.
 *
 * @param published digest that somebody gave out with the file: another one is not run, not even to ask for its version
 * @throws BackendError `BACKEND_BINARY` when it is missing, not executable, no tidb-server, or not the one published
 */
export async function identifyBinary(
  path: string,
  cacheDirectory: string,
  published?: string,
): Promise<BinaryIdentity> {
  const file = await executable(path)
  const { size, mtimeMs, ctimeMs, ino } = await stat(file)
  const fingerprint = [size, mtimeMs, ctimeMs, ino].join(':')
  const record = join(
    cacheDirectory,
    'binaries',
    `${createHash('sha256').update(file).digest('hex').slice(0, 16)}.json`,
  )
  const cached = await readRecord(record)
  if (cached?.fingerprint === fingerprint && (published ?? cached.sha256) === cached.sha256) return cached

  const sha256 = await digestOf(file)
  if (published !== undefined && sha256 !== published) throw notPublished(file, published, sha256)
  const release = await releaseOf(file)
  const identity: CachedIdentity = { path: file, sha256, release, fingerprint }
  await remember(record, identity)
  return identity
}

async function remember(record: string, identity: CachedIdentity): Promise<void> {
  const draft = `${record}.${randomUUID()}.draft`
  try {
    await mkdir(dirname(record), { recursive: true })
    await writeFile(draft, JSON.stringify(identity))
    await rename(draft, record)
  } catch (error) {
    // Only time is lost; a cache that is read-only may still hold all that is needed, and else that is said there.
    if (!UNWRITABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

/** The file behind all links. @throws BackendError `BACKEND_BINARY` */
export async function executable(path: string): Promise<string> {
  try {
    await access(path, constants.X_OK)
    if (!(await stat(path)).isFile()) throw new Error(`${path} is not a file`)
    return await realpath(path)
  } catch (error) {
    throw notServer(path, messageOf(error), error)
  }
}

async function readRecord(record: string): Promise<CachedIdentity | undefined> {
  try {
    return JSON.parse(await readFile(record, 'utf8')) as CachedIdentity
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash)
  return hash.digest('hex')
}

/** What `tidb-server -V` (or another of TiDB's programs) calls itself. @throws BackendError `BACKEND_BINARY` */
export async function releaseOf(file: string, program = 'tidb-server'): Promise<string> {
  let output: string
  try {
    output = (await promisify(execFile)(file, ['-V'], { timeout: VERSION_TIMEOUT_MS })).stdout
  } catch (error) {
    throw notServer(file, `\`${file} -V\` failed: ${messageOf(error)}`, error, program)
  }
  const release = /^Release Version:\s*(\S+)/m.exec(output)?.[1]
  if (release === undefined) {
    throw notServer(file, `\`-V\` says ${JSON.stringify(output.slice(0, 200))}`, undefined, program)
  }
  return release
}

function notPublished(file: string, published: string, found: string): BackendError {
  return new BackendError('BACKEND_BINARY', `${file} is not the tidb-server that was published.`, {
    remedy: "Its checksum is another: remove node_modules and the package manager's cache of it, and install again.",
    context: { published, found },
  })
}

function notServer(path: string, why: string, cause?: unknown, program = 'tidb-server'): BackendError {
  return new BackendError('BACKEND_BINARY', `${path} cannot be used as ${program}: ${why}`, {
    remedy:
      'Name an executable tidb-server for this system, as `tiup install tidb` puts it in ~/.tiup/components/tidb.',
    cause,
  })
}
