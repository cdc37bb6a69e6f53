import { Command, InvalidArgumentError } from 'commander'
import { resolveConfig, type ConfigSources } from '../config/resolve-config.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { FAILURE } from './exit-codes.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig, sourcesOf } from './setting-options.ts'
import { addStatementOptions, statementHooks } from './show-statements.ts'

interface ConnectionsOptions {
  readonly simple?: true
  readonly json?: true
  readonly require?: number | 'all' | 'any'
}

export function connectionsCommand(context: CommandContext): Command {
  const { signal, exitWith } = context
  const hosts: string[] = []
  const connections = new Command('connections')
    .description('Open several connections side by side, to one or several endpoints, and report each.')
    .option('--simple', 'as concurrent tasks, not as machines that go through the states of connecting')
    .option('--require <how many>', 'what must connect for success: all, any or a number', requirement, 'all')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Opens --count connections to each endpoint. Each is opened as with tidb-test check, and all are held until every one
has been opened or has failed; then they are watched for --duration, and checked every --interval. Ends with 1 when
fewer connect, or stay, than --require says. Without a host it looks at 127.0.0.1:4000. Give -H more than once for
several endpoints. Times are such as 500ms, 30s or 5m.

Examples:
  tidb-test connections --count 20 -H db.local -u app -p
  tidb-test connections -H east.local -H west.local:4001 --require any
  tidb-test connections --simple --count 5 --duration 1m --interval 5s --json`,
    )
  addSettingOptions(connections, context, ['database', 'connections', 'logging', 'retry'])
  addStatementOptions(connections)
  connections.options
    .find(({ long }) => long === '--host')
    ?.argParser((host: string) => {
      hosts.push(host)
      return host
    })
  return connections.action(async (_options: unknown, command: Command) => {
    const sources = await sourcesOf(command, context)
    const config = await readConfig(command, context, sources)
    const { simple, json, require = 'all' } = command.opts<ConnectionsOptions>()
    const { connectAll } = await import('./connect-all.ts')
    const { renderConnections } = await import('./render-connections.ts')
    const reports = await connectAll(eachOf(config, sources, hosts), {
      simple: simple === true,
      hooks: await statementHooks(command, context.log),
      signal,
      onRetry: (line) => context.log.note(line),
    })
    const connected = reports.filter(({ status }) => status === 'connected').length
    const needed = require === 'all' ? reports.length : require === 'any' ? 1 : require
    const ok = connected >= needed
    process.stdout.write(
      json === true ? `${JSON.stringify({ ok, connections: reports }, null, 2)}\n` : renderConnections(reports),
    )
    if (!ok) exitWith(FAILURE)
  })
}

/** The configuration once for each host that was given. */
function eachOf(
  config: ResolvedConfig,
  sources: ConfigSources,
  hosts: readonly string[],
): readonly [ResolvedConfig, ...ResolvedConfig[]] {
  const [first, ...others] = hosts.map((host) =>
    resolveConfig({ ...sources, commandLine: { ...sources.commandLine, host } }),
  )
  return first === undefined ? [config] : [first, ...others]
}

function requirement(text: string): number | 'all' | 'any' {
  if (text === 'all' || text === 'any') return text
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Give all, any, or a whole number from 1 on.')
}
