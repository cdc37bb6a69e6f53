import { Command } from 'commander'
import type { Progress } from '../backends/backend.ts'
import type { EmbeddedOptions } from '../backends/embedded/install-embedded.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'

export function installCommand(context: CommandContext): Command {
  const { signal } = context
  const install = new Command('install')
    .description('Build the embedded TiDB ahead of time, so that the first test run need not wait for it.')
    .option('--cluster', 'build PD and the store of an embedded cluster too')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Needs Go; nothing else is installed on the machine. What was built already is checked and kept. Progress goes to
standard error, the path of the tidb-server to standard output.

Examples:
  tidb-test install
  tidb-test install --cluster
  tidb-test install --cache-directory ./.cache   for a cache that CI keeps`,
    )
  addSettingOptions(install, context, ['backend.cacheDirectory', 'backend.goBinary', 'logging'])
  return install.action(async (_options: unknown, command: Command) => {
    const config = await readConfig(command, context)
    const { cacheDirectoryOf } = await import('../backends/assemble.ts')
    const { installEmbedded } = await import('../backends/embedded/install-embedded.ts')
    using progress = terminalProgress(process.stderr, { level: config.logging.level })
    const { goBinary } = config.backend
    const options = { cacheDirectory: cacheDirectoryOf(config), ...(goBinary === undefined ? {} : { goBinary }) }
    const { cluster, json } = command.opts<{ json?: true; cluster?: true }>()
    const { path, version, fromCache } = await installEmbedded(options, progress, signal)
    progress.note(fromCache ? `TiDB ${version} was built already.` : `TiDB ${version} is built.`)
    const programs = cluster === true ? await clusterPrograms(options, progress, signal) : undefined
    process.stdout.write(`${json === true ? JSON.stringify({ path, version, fromCache, ...programs }) : path}\n`)
  })
}

/** Paths of PD and of the store. */
async function clusterPrograms(
  options: EmbeddedOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly pd: string; readonly kv: string }> {
  const { installPrograms } = await import('../backends/cluster/local/programs.ts')
  const { startReaper } = await import('../child-process/reaper-ahead.ts')
  const reaper = await startReaper()
  try {
    const { pd, kv, fromCache } = await installPrograms(options, reaper, progress, signal)
    progress.note(fromCache ? 'PD and the store were built already.' : 'PD and the store are built.')
    return { pd, kv }
  } finally {
    await reaper.close()
  }
}
