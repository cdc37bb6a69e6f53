import { nameOf, type Wait } from '../blocking/wait.ts'
import { columnWidths, displayWidth, padTo } from '../connections/text-table.ts'
import type { IsolationReport, StepEvent, StepRecord } from './report.ts'
import { printStep } from './schedule.ts'
import { printRows } from './row-lines.ts'

/** A report as aligned lines: step, what was seen, rows under their names. */
export function reportLines({ events, afterwards }: Pick<IsolationReport, 'events' | 'afterwards'>): string[] {
  const blocks = [...events, ...afterwards.map((record): StepEvent => ({ kind: 'ended', record }))].map(
    (event) => [printStep(event.record), seen(event)] as const,
  )
  const width = Math.max(0, ...columnWidths(blocks.map(([name]) => [name])))
  return blocks.flatMap(([name, lines]) =>
    (lines.length === 0 ? [''] : lines).map((line, index) =>
      `${padTo(index === 0 ? name : '', width)}  ${line}`.trimEnd(),
    ),
  )
}

function seen({ kind, record }: StepEvent): string[] {
  if (kind === 'waiting') return [waiting(record.waited)]
  if (kind === 'ended') return result(record)
  const [first, ...rest] = result(record)
  const completed = '<... completed>'
  if (first === undefined) return [completed]
  const indent = ' '.repeat(displayWidth(completed) + 2)
  return [`${completed}  ${first}`, ...rest.map((line) => indent + line)]
}

/** Numbers of connections and of DDL jobs are others in each run, so that none is shown. */
function waiting(wait: Wait | undefined): string {
  if (wait === undefined) return '<waiting>'
  const names = wait.blockers.map((blocker) => (blocker.name === undefined ? 'another connection' : nameOf(blocker)))
  const whom = names.length === 0 ? '' : ` on ${names.toSorted().join(', ')}`
  const target = wait.target?.replace(`, DDL job ${wait.on.job}`, '')
  return `<waiting${whom}${target === undefined ? '' : `: ${target}`}>`
}

function result({ error, results }: StepRecord): string[] {
  if (error !== undefined) return [`${error.symbol}${error.errno === 0 ? '' : ` ${error.errno}`}`]
  return results.flatMap((each) => {
    if ('rows' in each) return printRows(each.fields, each.rows)
    const { affectedRows: count, writes } = each
    return writes || count > 0 ? [`${count} ${count === 1 ? 'row' : 'rows'}`] : []
  })
}
