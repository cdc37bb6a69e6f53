import { Command, Option } from 'commander'
import { port } from '../config/setting-schemas.ts'
import { urlOf } from '../connections/endpoint.ts'
import { ConfigError } from '../errors/config-error.ts'
import { terminalProgress } from '../logging/terminal-progress.ts'
import { diedByItself } from './died-by-itself.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'
import { untilAborted } from './signals.ts'

interface UpOptions {
  readonly detach?: true
  readonly json?: true
  readonly port?: string
  /** Set by `--detach` on the process that it starts. */
  readonly attached?: boolean
}

export function upCommand(context: CommandContext): Command {
  const { signal } = context
  const up = new Command('up')
    .description('Start a TiDB, print its URL, and keep it until Ctrl-C.')
    .option('-P, --port <port>', 'SQL port on which it listens (default: one that is free)')
    .option('--detach', 'leave it running; tidb-test down ends it')
    .addOption(new Option('--no-attached').hideHelp())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
The TiDB comes from where a test run would take one (tidb-test doctor tells). Its data is gone when it ends. The URL
goes to standard output, all else to standard error.

Examples:
  tidb-test up
  tidb-test up --port 4000 --schema ./shop.sql
  URL=$(tidb-test up --detach) && mysql-client "$URL"; tidb-test down`,
    )
  addSettingOptions(up, context, ['backend', 'schema', 'logging'])
  return up.action(async (_options: unknown, command: Command) => {
    const { detach, json, attached, port: wanted } = command.opts<UpOptions>()
    const fixedPort = wanted === undefined ? undefined : portFrom(wanted)
    const config = await readConfig(command, context)
    if (config.backend.kind === 'external') {
      throw new ConfigError('CONFIG_INVALID', `${config.origin('backend.kind')}: there is nothing to start.`, {
        remedy:
          'A TiDB that runs already needs no `up`. To start one all the same: --backend auto, binary, embedded, container or cluster.',
      })
    }
    const print = (url: string, server: string): void => {
      process.stdout.write(json === true ? `${JSON.stringify({ url, server })}\n` : `${url}\n`)
    }
    if (detach === true) {
      using progress = terminalProgress(process.stderr, { level: config.logging.level })
      const { startDetached } = await import('./detached.ts')
      const { url, server } = await startDetached(progress, signal)
      progress.note(`${server}\nIt runs until: tidb-test down`)
      print(url, server)
      return
    }
    const { startTidb } = await import('./start-tidb.ts')
    const { reportToStarter } = await import('./detached.ts')
    using progress =
      attached === false ? reportToStarter() : terminalProgress(process.stderr, { level: config.logging.level })
    const tidb = await startTidb(config, progress, signal, fixedPort)
    try {
      const url = urlOf(tidb.server.endpoint)
      context.log.note(`${tidb.banner} at ${url}`)
      if ('ready' in progress) await progress.ready({ url, server: tidb.banner })
      else {
        const others = tidb.urls.length > 1 ? `\nIts TiDBs: ${tidb.urls.join(', ')}` : ''
        progress.note(`${tidb.banner}${others}\nIt runs until Ctrl-C.`)
        print(url, tidb.banner)
      }
      throw diedByItself(await untilAborted(signal, tidb.server.died))
    } finally {
      await tidb.stop()
    }
  })
}

function portFrom(text: string): number {
  const { data, success } = port.schema.safeParse(text)
  if (success) return data
  throw new ConfigError('CONFIG_INVALID', `option --port: ${JSON.stringify(text)} is not allowed.`, {
    remedy: `Allowed: ${port.allowed}.`,
  })
}
