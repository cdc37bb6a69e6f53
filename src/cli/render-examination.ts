import { styleText } from 'node:util'
import type { Availability } from '../backends/backend.ts'
import type { Examination } from './examine.ts'

/** For people; colours when standard output is a terminal that wants them. */
export function renderExamination({ node, go, cache, backends, wanted, choice }: Examination): string {
  const machine = [
    `  node       ${node.version}${node.supported ? '' : ' (not supported)'}`,
    `  go         ${go === null ? 'not found' : `${go.version} (${go.path})`}`,
    `  cache      ${cache.directory} (${(cache.freeBytes / 1e9).toFixed(1)} GB free)`,
  ]
  const providers = backends.map(({ kind, availability }) => `  ${kind.padEnd(9)}  ${describe(availability)}`)
  const asked = wanted.kind === 'auto' ? 'automatic choice' : `${wanted.kind}: ${wanted.origin}`
  const verdict =
    choice === null
      ? paint('red', `A test run finds no TiDB (${asked}).`)
      : `A test run uses: ${paint('green', choice)} (${asked})`
  return [paint('bold', 'Machine'), ...machine, '', paint('bold', 'TiDB from'), ...providers, '', verdict, ''].join(
    '\n',
  )
}

function describe(availability: Availability): string {
  const lines = availability.usable
    ? [`${paint('green', availability.ready ? 'ready' : 'possible')}: ${availability.detail}`]
    : [
        `${paint('yellow', 'no')}: ${availability.reason}`,
        ...availability.remedy.split('\n').map((line) => `→ ${line}`),
      ]
  return lines.flatMap((line) => line.split('\n')).join(`\n${' '.repeat(13)}`)
}

function paint(style: 'red' | 'green' | 'yellow' | 'bold', text: string): string {
  return styleText(style, text, { stream: process.stdout })
}
