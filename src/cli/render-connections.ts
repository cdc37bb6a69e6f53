import { styleText } from 'node:util'
import { alignColumns } from './align-columns.ts'
import type { ConnectionReport } from './connect-all.ts'

/** For people; colours when standard output is a terminal that wants them. */
export function renderConnections(reports: readonly ConnectionReport[]): string {
  const failed = reports.filter(({ status }) => status === 'error').length
  const monitored = reports.some((report) => report.monitored !== null)
  const rows = reports.map(({ connection, url, status, version, milliseconds, monitored: checks, failure }) => [
    connection,
    url,
    status,
    version ?? '',
    milliseconds === null ? '' : milliseconds.toFixed(1),
    ...(monitored ? [checks === null ? '' : `${checks.checks}, slowest ${checks.slowest.toFixed(1)} ms`] : []),
    failure === null ? '' : `${failure.state === null ? '' : `${failure.state}: `}${failure.message.split('\n')[0]}`,
  ])
  const head = ['connection', 'endpoint', 'status', 'version', 'ms', ...(monitored ? ['checks'] : []), 'error']
  const verdict =
    failed === 0
      ? paint('green', `All ${reports.length} connected.`)
      : paint('red', `${failed} of ${reports.length} failed.`)
  return `${alignColumns([head, ...rows])}\n${verdict}\n`
}

function paint(style: 'red' | 'green', text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
