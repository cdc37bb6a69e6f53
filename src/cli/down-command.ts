import { Command } from 'commander'
import { isAlive, signalIfAlive } from '../child-process/process-identity.ts'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { ConfigError } from '../errors/config-error.ts'
import type { CommandContext } from './program.ts'
import { addOutputOptions, jsonOption } from './setting-options.ts'

/** After this the process is killed, and what looks after its server ends that. */
const PATIENCE_MS = 20_000
const POLL_MS = 20

export function downCommand(context: CommandContext): Command {
  const { signal } = context
  const down = new Command('down')
    .description('End the TiDBs that tidb-test up --detach has left running.')
    .argument('[url...]', 'only these, as up printed them')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Prints what it ended. Ends with 0 when nothing ran.

Examples:
  tidb-test down
  tidb-test down mysql://root@127.0.0.1:38127/`,
    )
  addOutputOptions(down)
  return down.action(async (urls: readonly string[], _options: unknown, command: Command) => {
    const { readRecords } = await import('./detached-records.ts')
    const running = readRecords()
    const unknown = urls.filter((url) => !running.some((record) => record.url === url))
    if (unknown.length > 0) {
      throw new ConfigError('CONFIG_URL', `No TiDB that was started with up --detach runs at ${unknown.join(', ')}.`, {
        remedy: running.length === 0 ? 'None runs at all.' : `Running: ${running.map(({ url }) => url).join(', ')}`,
      })
    }
    const chosen = running.filter(({ url }) => urls.length === 0 || urls.includes(url))
    await Promise.all(chosen.map(({ identity }) => end(identity, signal)))
    readRecords()
    const ended = chosen.map(({ url }) => url)
    const json = command.opts<{ json?: true }>().json === true
    process.stdout.write(json ? `${JSON.stringify({ ended })}\n` : ended.map((url) => `ended ${url}\n`).join(''))
    if (!json && ended.length === 0) process.stderr.write('Nothing runs that was started with tidb-test up --detach.\n')
  })
}

async function end(identity: Parameters<typeof isAlive>[0], signal: AbortSignal): Promise<void> {
  signalIfAlive(identity.pid, 'SIGTERM')
  const deadline = performance.now() + PATIENCE_MS
  while (isAlive(identity)) {
    if (performance.now() > deadline) signalIfAlive(identity.pid, 'SIGKILL')
    await sleep(systemClock, POLL_MS, signal)
  }
}
