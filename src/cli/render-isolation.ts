import { styleText } from 'node:util'
import type { Observation } from '../isolation/anomaly.ts'
import { anomalies } from '../isolation/isolation-matrix.ts'
import { alignColumns } from './align-columns.ts'
import type { MeasuredIsolation } from './measure-isolation.ts'

/** For people; colours when standard output is a terminal that wants them. */
export function renderIsolation({ server, rows, matrix }: MeasuredIsolation): string {
  const names = anomalies.map(({ name }) => name)
  const lines = matrix.map(({ level, mode, observed, refusal }) => [
    level,
    mode,
    ...(observed === null ? [`not supported (${refusal?.errno})`] : names.map((name) => cell(observed[name]))),
  ])
  const table = alignColumns([['isolation level', 'mode', ...names], ...lines])
  const legend = alignColumns(anomalies.map(({ name, steps }) => [name, steps]))
  return `${server}\n${rows} rows\n\n${colored(table)}\n\n${legend}\n`
}

function cell(observed: Observation | undefined): string {
  if (observed === undefined) return ''
  const { occurrences, candidates, refusal } = observed
  if (occurrences > 0) return `occurs ${occurrences}/${candidates}`
  return refusal === undefined ? 'prevented' : `prevented (${refusal.errno})`
}

/** After the columns were aligned: colours have no width. */
function colored(table: string): string {
  return table
    .replaceAll(/\boccurs\b/g, (word) => styleText('red', word, { stream: process.stdout }))
    .replaceAll(/\bprevented\b/g, (word) => styleText('green', word, { stream: process.stdout }))
}
