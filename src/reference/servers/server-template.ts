import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Archive, readArchive, writeArchive } from '../../backends/local/template-archive.ts'
import { withLock } from '../../child-process/lock-file.ts'
import { openWire } from '../../connections/open-session.ts'
import { BackendError } from '../../errors/backend-error.ts'
import type { ReferenceStart } from '../reference-server.ts'
import { runToEnd, SERVER_SETTINGS, startLocalServer, userArgument, type LocalServerOptions } from './local-server.ts'

/** Changes whenever templates made by an older release of this package would no longer do. */
const TEMPLATE_FORMAT = 1

/**
 * The data directory of a server that has been made once, and has started and stopped once: kept in the cache, so that
 * the next run starts from a copy of it.
 *
 * @throws BackendError `BACKEND_REFERENCE_START`
 */
export async function loadServerTemplate(
  options: LocalServerOptions,
  { cacheDirectory, progress, signal }: ReferenceStart,
): Promise<Archive<object>> {
  const folder = join(cacheDirectory, 'reference')
  const { program } = options
  const facts = [TEMPLATE_FORMAT, program.path, program.release, SERVER_SETTINGS, userArgument()]
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
  const file = join(folder, `${key}.template`)
  const found = await readArchive<object>(file)
  if (found !== undefined) return found
  await mkdir(folder, { recursive: true })
  return withLock(`${file}.lock`, { signal }, async () => {
    const meanwhile = await readArchive<object>(file)
    if (meanwhile !== undefined) return meanwhile
    progress.update(`making the template of the reference: first start of ${program.product}`)
    await make(options, file)
    for (const name of await readdir(folder)) {
      if (name.endsWith('.template') && name !== `${key}.template`) await rm(join(folder, name), { force: true })
    }
    const made = await readArchive<object>(file)
    if (made !== undefined) return made
    throw new BackendError('BACKEND_TEMPLATE', `The template ${file} was damaged as soon as it was written.`, {
      remedy: 'The disk may be failing. Set VITEST_TIDB_CACHE to a folder on another one.',
    })
  })
}

async function make(options: LocalServerOptions, file: string): Promise<void> {
  const { program } = options
  const folder = `${options.folder}-template`
  const data = join(folder, 'data')
  const own = { ...options, folder }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    if (program.installer === undefined) {
      const settings = ['--no-defaults', '--initialize-insecure', ...userArgument(), `--datadir=${data}`]
      await runToEnd(own, program.path, [...settings, ...SERVER_SETTINGS])
    } else {
      const settings = ['--no-defaults', ...userArgument(), `--datadir=${data}`, '--skip-test-db']
      await runToEnd(own, program.installer, [...settings, '--auth-root-authentication-method=normal'])
    }
    const server = await startLocalServer(own)
    await allowRoot(server.port)
    await server.stopGracefully()
    await writeArchive(file, data, {})
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Where the address has no name, root is known by the address. */
async function allowRoot(port: number): Promise<void> {
  const { wire } = await openWire({ endpoint: { host: '127.0.0.1', port, user: 'root' } })
  try {
    await wire.send("CREATE USER IF NOT EXISTS 'root'@'127.0.0.1'")
    await wire.send("GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION")
  } finally {
    await wire.close()
  }
}
