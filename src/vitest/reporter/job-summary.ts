import { appendFile } from 'node:fs/promises'
import { laneLines } from '../../connections/lane-lines.ts'
import { statementLines } from '../../connections/statement-lines.ts'
import type { ReportData, ReportedTest } from '../../report/report-data.ts'
import type { RunRecord } from '../../report/run-record.ts'
import type { TestRecord } from '../../report/test-record.ts'

const MOST_TESTS = 20
const STATEMENTS = 20
const WIDTH = 120
const plain = { width: WIDTH, paint: (_: 'dim' | 'red', text: string) => text }

/**
 * Adds a section to the summary of a GitHub Actions job: on what the tests ran, and what those that failed sent. Counts of
 * tests and annotations of lines are in what Vitest's own reporter `github-actions` writes.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
 */
export async function appendJobSummary(path: string, data: ReportData): Promise<void> {
  await appendFile(path, jobSummary(data))
}

function jobSummary({ runs, tests }: ReportData): string {
  const failed = tests.filter(({ state, record }) => state === 'failed' && record !== undefined)
  const hidden = failed.length - MOST_TESTS
  return [
    '## TiDB\n',
    '| TiDB | store | from | seed |\n| --- | --- | --- | --- |',
    ...runs.map(runRow),
    ...(failed.length === 0 ? [] : ['\n### What failed tests sent\n']),
    ...failed.slice(0, MOST_TESTS).map(testSection),
    ...(hidden > 0 ? [`… and ${hidden} more\n`] : []),
    '',
  ].join('\n')
}

function runRow({ backend, seed, shard }: RunRecord): string {
  const cells = [
    backend === undefined ? '' : backend.version.replace(/^.*-TiDB-/, ''),
    backend?.store ?? '',
    backend === undefined ? '' : `${backend.kind}: ${backend.detail}`,
    `${seed}${shard === undefined ? '' : ` (shard ${shard})`}`,
  ]
  return `| ${cells.map((cell) => escaped(cell).replaceAll('|', '\\|')).join(' | ')} |`
}

function testSection({ name, file, line, record }: ReportedTest): string {
  if (record === undefined) return ''
  const title = `${name.join(' › ')} (${file}${line === undefined ? '' : `:${line}`})`
  const lines = [...statementsOf(record), ...laneLines(record, plain)]
  return [
    `<details><summary>${escaped(title)}</summary>\n`,
    fenced(lines.join('\n')),
    `This test alone again:\n`,
    fenced(record.replay),
    '</details>\n',
  ].join('\n')
}

/** The lines that the terminal shows. */
function statementsOf({ statements, sessions, startedAt, omitted }: TestRecord): string[] {
  const entries = statements.map(({ session, at, sql, values = [], ...outcome }) => ({
    ...outcome,
    session: sessions[session]?.name ?? '',
    connectionId: sessions[session]?.connectionId ?? 0,
    startedAt: startedAt + at,
    sql: values.length === 0 ? sql : `${sql}  [${values.join(', ')}]`,
    values: [],
  }))
  return statementLines(entries, omitted?.count ?? 0, { count: STATEMENTS, ...plain })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/\s+/g, ' ')
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}\n`
}
