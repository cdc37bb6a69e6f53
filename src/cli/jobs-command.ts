import { Command } from 'commander'
import { sleep } from '../clock/sleep.ts'
import { systemClock } from '../clock/system-clock.ts'
import { jobsExtension } from '../config/jobs-extension.ts'
import type { CommandContext } from './program.ts'
import { addSettingOptions, jsonOption, readConfig } from './setting-options.ts'
import { addStatementOptions, statementHooks } from './show-statements.ts'

interface JobsOptions {
  readonly once?: true
  readonly json?: true
}

const CLEAR_SCREEN = '\u001b[2J\u001b[3J\u001b[H'

export function jobsCommand(context: CommandContext): Command {
  const { signal } = context
  const jobs = new Command('jobs')
    .description('Watch the DDL and import jobs of a TiDB, until Ctrl-C.')
    .option('--once', 'look once and end')
    .addOption(jsonOption('print a line of JSON for each look'))
    .addHelpText(
      'after',
      `
Shows the jobs of ADMIN SHOW DDL JOBS and SHOW IMPORT JOBS, the newest first, and
LOAD DATA that is under way. What the user may not see, or the server does not know,
is said and left out. Without a host it looks at 127.0.0.1:4000. Times are such as
500ms, 30s or 5m.

Examples:
  tidb-test jobs --host db.local --user app -p
  tidb-test jobs --duration 5m --interval 10s
  tidb-test jobs --once --json`,
    )
  addSettingOptions(jobs, context, ['database', 'jobs', 'logging'])
  addStatementOptions(jobs)
  return jobs.action(async (_options: unknown, command: Command) => {
    const config = await readConfig(command, context)
    const { once, json } = command.opts<JobsOptions>()
    const { duration, interval, details } = config.extension(jobsExtension)
    const { openConfiguredSession } = await import('./open-configured-session.ts')
    const { readJobs } = await import('./read-jobs.ts')
    const { renderJobs } = await import('./render-jobs.ts')
    const hooks = await statementHooks(command, context.log)
    await using session = await openConfiguredSession(config, 'jobs', hooks, signal)
    const live = process.stdout.isTTY && json !== true && once !== true
    const end = duration === undefined ? Number.POSITIVE_INFINITY : performance.now() + duration
    for (;;) {
      const looked = await readJobs(session)
      const text = json === true ? JSON.stringify(looked) : renderJobs(looked, { details })
      process.stdout.write(live ? `${CLEAR_SCREEN}${text}\n` : `${text}\n`)
      if (!live && json !== true && once !== true) process.stdout.write('\n')
      const left = end - performance.now()
      if (once === true || left <= 0) return
      await sleep(systemClock, Math.min(interval, left), signal)
    }
  })
}
