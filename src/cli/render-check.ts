import { styleText } from 'node:util'
import { alignColumns } from './align-columns.ts'
import type { CheckedConnection } from './check-connection.ts'

/** For people; colours when standard output is a terminal that wants them. */
export function renderCheck({ ok, url, states, version, failure }: CheckedConnection): string {
  const visited = states.filter(({ state }) => state !== 'Completed' && state !== 'Error')
  const lines = alignColumns(
    visited.map(({ state, outcome, milliseconds }) => [
      outcome === 'passed' ? '✓' : '✗',
      state,
      `${milliseconds.toFixed(1)} ms`,
      outcome === 'passed' ? '' : outcome,
    ]),
  )
    .split('\n')
    .map((line) => `  ${line.startsWith('✓') ? paint('green', '✓') : paint('red', '✗')}${line.slice(1)}`)
  const verdict = ok
    ? `${paint('green', 'Completed')}: ${version === null ? 'a server' : nameOf(version)}`
    : `${paint('red', `Failed in ${failure?.state ?? 'no state'}`)}: ${failure?.message ?? 'no reason was given'}`
  return [url, ...lines, verdict, ''].join('\n')
}

function nameOf({ product, major, minor, patch, text }: NonNullable<CheckedConnection['version']>): string {
  return `${product} ${major}.${minor}.${patch} (${text})`
}

function paint(style: 'red' | 'green', text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
