import { readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { createHash, randomBytes } from 'node:crypto'
import { withLock } from '../../child-process/lock-file.ts'
import type { Reaper } from '../../child-process/reaper-client.ts'
import { BackendError } from '../../errors/backend-error.ts'
import { messageOf } from '../../errors/tidb-test-error.ts'
import type { Progress, Schema } from '../backend.ts'
import { assertWritable } from './assert-writable.ts'
import type { BinaryIdentity } from './binary-identity.ts'
import { localLogin } from './first-answer.ts'
import { createReadyDatabases, readyDatabaseNames } from './ready-databases.ts'
import { serverConfig } from './server-arguments.ts'
import { startServerProcess } from './server-process.ts'
import { stopGracefully } from './stop-gracefully.ts'
import { type Archive, readArchive, writeArchive } from './template-archive.ts'
import { notesFileOf, TemplateNotes } from './template-notes.ts'

/** Changes whenever templates made by an older release of this package would no longer do. */
const TEMPLATE_FORMAT = 1
const KEPT_TEMPLATES = 20

/** What a template's server said of itself, and what it holds. */
export interface TemplateFacts {
  /** `SELECT VERSION()` */
  readonly version: string
  readonly databases: readonly string[]
}

export interface Template extends Archive<TemplateFacts> {
  readonly notes: TemplateNotes
}

export interface TemplateOptions {
  /** Called when there is one, which need not be made. */
  readonly onFound?: (() => void) | undefined
  readonly beforeLong?: (() => Promise<void>) | undefined
  readonly reaper: Promise<Reaper>
  readonly binary: BinaryIdentity
  readonly cacheDirectory: string
  readonly databaseCount: number
  readonly schema: Schema | undefined
  readonly progress: Progress
  readonly signal: AbortSignal | undefined
}

/**
 * Loads the template for this binary, schema and number of databases; makes it when there is none, or when the
 * one there is damaged. Two processes never make the same one.
 *
 * @throws BackendError `BACKEND_CACHE_NOT_WRITABLE`, `BACKEND_SCHEMA`, `BACKEND_TEMPLATE`, and what starting throws
 */
export async function loadTemplate(options: TemplateOptions): Promise<Template> {
  return await loadOrMake(templateKey(options), options, (file) => make(options, file))
}

/** What is needed to keep templates, whatever is in them. */
export type TemplateStorage = Pick<TemplateOptions, 'cacheDirectory' | 'progress' | 'signal' | 'onFound' | 'beforeLong'>

/** Loads the template with this key; has it made when there is none. One process at a time makes the same one. */
export async function loadOrMake(
  key: string,
  options: TemplateStorage,
  make: (file: string) => Promise<void>,
): Promise<Template> {
  const folder = join(options.cacheDirectory, 'templates')
  const file = join(folder, `${key}.template`)
  const found = await readArchive<TemplateFacts>(file)
  if (found !== undefined) {
    options.onFound?.()
    await markUsed(file)
    return withNotes(found, file)
  }
  await options.beforeLong?.()
  await assertWritable(folder)
  const onWait = ({ pid }: { pid: number }): void =>
    options.progress.note(`waiting for process ${pid}, which is making the same template`)
  return await withLock(`${file}.lock`, { onWait, signal: options.signal }, async () => {
    const meanwhile = await readArchive<TemplateFacts>(file)
    if (meanwhile !== undefined) return withNotes(meanwhile, file)
    if (await exists(file)) options.progress.note(`the template ${file} is damaged: making it again`)
    await rm(notesFileOf(file), { force: true })
    await make(file).catch((error: unknown) => {
      throw diskFull(error) ?? error
    })
    await removeOldTemplates(folder)
    const made = await readArchive<TemplateFacts>(file)
    if (made === undefined) {
      throw new BackendError('BACKEND_TEMPLATE', `The template ${file} was damaged as soon as it was written.`, {
        remedy: 'The disk may be failing. Set VITEST_TIDB_CACHE to a folder on another one.',
      })
    }
    return withNotes(made, file)
  })
}

function withNotes(archive: Archive<TemplateFacts>, file: string): Template {
  return { ...archive, notes: new TemplateNotes(file) }
}

function templateKey({ binary, databaseCount, schema }: TemplateOptions): string {
  const facts = [TEMPLATE_FORMAT, binary.sha256, databaseCount, schema?.hash ?? '', serverConfig('')]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
}

async function make(options: TemplateOptions, file: string): Promise<void> {
  const { binary, progress, schema, signal } = options
  progress.update('making the template: first start of TiDB')
  const reaper = await options.reaper
  const folder = join(reaper.runFolder, `template-${randomBytes(4).toString('hex')}`)
  const dataDirectory = join(folder, 'data')
  try {
    const server = await startServerProcess({ reaper, binary: binary.path, folder, dataDirectory, signal })
    const databases = readyDatabaseNames(options.databaseCount)
    try {
      await fillTemplate(server.port, databases, schema, progress, signal)
    } catch (error) {
      await server.process.signal('SIGKILL')
      await server.process.waitForExit()
      throw error
    }
    progress.update('making the template: stopping TiDB')
    if (!(await stopGracefully(server))) {
      throw new BackendError('BACKEND_TEMPLATE', 'TiDB did not stop cleanly after the template was filled.', {
        context: { log: (await server.ended).lastLogLines.join('\n') },
      })
    }
    await writeArchive<TemplateFacts>(file, dataDirectory, { version: server.version, databases })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Makes the databases of a template. */
export async function fillTemplate(
  port: number,
  databases: readonly string[],
  schema: Schema | undefined,
  progress: Progress,
  signal: AbortSignal | undefined,
  host = '127.0.0.1',
): Promise<void> {
  const { createConnection } = await import('mysql2/promise')
  const connection = await createConnection({ ...localLogin(port), host, timezone: 'Z' })
  const abort = (): void => connection.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await createReadyDatabases(connection, databases, schema, progress)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    connection.destroy()
  }
}

function diskFull(error: unknown): BackendError | undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return undefined
  return new BackendError('BACKEND_DISK_FULL', `The disk is full: the template was not made. ${messageOf(error)}`, {
    remedy: 'Free some space, or set VITEST_TIDB_CACHE and TMPDIR to folders on another disk.',
    cause: error,
  })
}

/** So that the templates of schemas that are no longer used are the first to go. A read-only cache stays usable. */
async function markUsed(file: string): Promise<void> {
  await utimes(file, new Date(), new Date()).catch((error: NodeJS.ErrnoException) => {
    if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT'].includes(error.code ?? '')) throw error
  })
}

async function removeOldTemplates(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.template'))
  const dated = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined)
      return { name, usedAt: found?.mtimeMs ?? 0 }
    }),
  )
  dated.sort((one, other) => other.usedAt - one.usedAt)
  const old = dated.slice(KEPT_TEMPLATES).map(({ name }) => join(folder, name))
  await Promise.all(old.flatMap((file) => [file, notesFileOf(file)]).map((file) => rm(file, { force: true })))
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  )
}
