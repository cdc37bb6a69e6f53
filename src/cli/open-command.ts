import { Command } from 'commander'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { urlOf } from '../connections/endpoint.ts'
import { BackendError } from '../errors/backend-error.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import { diedByItself } from './died-by-itself.ts'
import type { CommandContext } from './program.ts'
import { untilAborted } from './signals.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'

export function openCommand(context: CommandContext): Command {
  const { signal } = context
  const open = new Command('open')
    .description('Start a TiDB on a data directory that a test run has kept, until Ctrl-C.')
    .argument('<directory>', 'the directory that was printed when the database was kept')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The URL goes to standard output. What is written there stays. The tidb-server is, in this order, the one that --binary
names, one on PATH or in tiup's folder, or the embedded one if it is built.

Examples:
  tidb-test open ~/.cache/vitest-tidb/kept/orders-3
  tidb-test open ./kept/orders-3 --binary ./bin/tidb-server`,
    )
  addSettingOptions(open, context, ['backend.binary', 'backend.cacheDirectory', 'logging'])
  return open.action(async (directory: string, _options: unknown, command: Command) => {
    const config = await readConfig(command, context)
    using progress = terminalProgress(process.stderr, { level: config.logging.level })
    const binary = await localBinary(config, signal)
    const { startOnDirectory } = await import('../backends/local/start-on-directory.ts')
    progress.update('starting TiDB')
    const server = await startOnDirectory(binary, directory)
    try {
      signal.throwIfAborted()
      progress.note(`TiDB is open on ${directory} until Ctrl-C (${binary}).`)
      const url = urlOf(server.endpoint)
      const json = command.opts<{ json?: true }>().json === true
      process.stdout.write(`${json ? JSON.stringify({ url, directory, binary }) : url}\n`)
      throw diedByItself(await untilAborted(signal, server.died))
    } finally {
      await server.stop({ keepData: true })
    }
  })
}

async function localBinary(config: ResolvedConfig, signal: AbortSignal): Promise<string> {
  if (config.backend.binary !== undefined) return config.backend.binary
  const { findBinary } = await import('../backends/binary/find-binary.ts')
  const found = await findBinary()
  if (found !== undefined) return found
  const { backendsFor, cacheDirectoryOf } = await import('../backends/assemble.ts')
  const built = await backendsFor(config).embedded.check(signal)
  if (!built.usable || !built.ready) {
    throw new BackendError('BACKEND_BINARY', 'There is no tidb-server on this machine to open the directory with.', {
      remedy: 'Name one with --binary, or build the embedded one: tidb-test install',
    })
  }
  const { installEmbedded } = await import('../backends/embedded/install-embedded.ts')
  const silent = { update: () => undefined, note: () => undefined }
  return (await installEmbedded({ cacheDirectory: cacheDirectoryOf(config) }, silent, signal)).path
}
