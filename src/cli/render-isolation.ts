import { styleText } from 'node:util'
import type { CaseVerdict } from '../isolation/anomalies/verdict.ts'
import { alignColumns } from './align-columns.ts'
import type { MeasuredIsolation } from './measure-isolation.ts'

/** For people; colours when standard output is a terminal that wants them. */
export function renderIsolation(measured: MeasuredIsolation): string {
  const { server, rows, cases, columns, otherLevels, warnings } = measured
  const table = alignColumns([
    ['', ...columns.map(({ mode }) => mode)],
    ['anomaly', ...columns.map(({ level }) => level)],
    ...cases.map(({ title }) => [title, ...columns.map(({ verdicts }) => cell(verdicts[title]))]),
  ])
  const levels = otherLevels.map(({ level, refusal }) =>
    refusal === null ? `${level}: the server takes it` : `${level}: not supported (${refusal.errno})`,
  )
  return [
    `${server}\n${rows} rows in ${rows / 2} pairs: an x of value 10 and a y of value 20\n`,
    `${colored(table)}\n`,
    ...levels,
    '',
    ...warnings.map((warning) => `${paint('yellow', 'Warning:')} ${warning}\n`),
    ...cases.flatMap((each) => story(each, columns)),
    '',
  ].join('\n')
}

/** `occurs 5/5`, `prevented (9007)` by an error, `prevented (waits)` where one transaction waited for the other. */
function cell(verdict: CaseVerdict | undefined): string {
  if (verdict === undefined) return ''
  const { outcome, occurrences, pairs, error, by } = verdict
  if (outcome === 'occurs') return `occurs ${occurrences}/${pairs}`
  if (error !== undefined) return `prevented (${error.errno})`
  return by === 'wait' ? 'prevented (waits)' : 'prevented'
}

/** How a case is provoked, and what showed it where it occurred. */
function story(
  { title, story: steps }: MeasuredIsolation['cases'][number],
  columns: MeasuredIsolation['columns'],
): string[] {
  const occurred = columns.find(({ verdicts }) => verdicts[title]?.outcome === 'occurs')
  const evidence = occurred?.verdicts[title]?.evidence
  return [
    `${title}: ${steps}`,
    ...(occurred === undefined ? [] : [`    ${occurred.mode}, ${occurred.level}: ${evidence}`]),
  ]
}

/** After the columns were aligned: colours have no width. */
function colored(table: string): string {
  return table
    .replaceAll(/\boccurs\b/g, (word) => paint('red', word))
    .replaceAll(/\bprevented\b/g, (word) => paint('green', word))
}

function paint(color: 'red' | 'green' | 'yellow', word: string): string {
  return styleText(color, word, { stream: process.stdout })
}
