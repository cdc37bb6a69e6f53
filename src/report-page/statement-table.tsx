import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { countsRows } from '../report/counts-rows.ts'
import type { StatementRecord, TestRecord } from '../report/test-record.ts'
import { CopyButton } from './copy-button.tsx'
import { count, dedented, duration } from './format.ts'
import { filledIn, sqlScript } from './sql-script.ts'

interface Props {
  readonly title: string
  readonly record: TestRecord
  /** Index of the statement that is chosen. */
  readonly chosen: number | undefined
  readonly onChoose: (statement: number) => void
}

export function StatementTable({ title, record, chosen, onChoose }: Props): JSX.Element {
  const [search, setSearch] = useState('')
  const [session, setSession] = useState(-1)
  const { statements, sessions, omitted } = record
  const word = search.trim().toLowerCase()
  const shown = statements
    .map((statement, index) => ({ statement, index }))
    .filter(({ statement }) => session < 0 || statement.session === session)
    .filter(
      ({ statement }) =>
        word === '' || `${statement.sql} ${filledIn(statement)} ${statement.error ?? ''}`.toLowerCase().includes(word),
    )
  const script = (): string =>
    sqlScript(
      title,
      record,
      shown.map(({ statement }) => statement),
    )
  return (
    <>
      <div class="filters row">
        <input
          type="search"
          placeholder="Search statements"
          aria-label="Search statements"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {sessions.length > 1 && (
          <select
            aria-label="Session"
            value={session}
            onChange={(event) => setSession(Number(event.currentTarget.value))}
          >
            <option value={-1}>all sessions</option>
            {sessions.map(({ name }, index) => (
              <option key={index} value={index}>
                {name}
              </option>
            ))}
          </select>
        )}
        <CopyButton label="Copy as .sql" text={script} />
        <button type="button" onClick={() => save(script())}>
          Save .sql
        </button>
        <span class="quiet" role="status">
          {count(shown.length, 'statement')}
        </span>
      </div>
      {omitted !== undefined && (
        <p class="quiet">
          {count(omitted.count, 'statement')}{' '}
          {omitted.before === 0 ? 'before these' : `behind the first ${omitted.before}`} had no room in the report.
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of statements">
        <table class="statements">
          <thead>
            <tr>
              <th scope="col" class="number">
                at
              </th>
              <th scope="col">session</th>
              <th scope="col" class="number">
                took
              </th>
              <th scope="col">result</th>
              <th scope="col">SQL</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ statement, index }) => (
              <Row
                key={index}
                statement={statement}
                session={sessions[statement.session]?.name ?? ''}
                chosen={index === chosen}
                onChoose={() => onChoose(index)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

function Row(props: {
  readonly statement: StatementRecord
  readonly session: string
  readonly chosen: boolean
  readonly onChoose: () => void
}): JSX.Element {
  const { statement, session, chosen, onChoose } = props
  const { at, milliseconds, error, cut } = statement
  const row = useRef<HTMLTableRowElement>(null)
  useEffect(() => {
    const area = row.current?.closest('.scroll')
    // Not `scrollIntoView`, which would move the whole page away from the lanes.
    if (chosen && row.current !== null && area) area.scrollTop = row.current.offsetTop - area.clientHeight / 3
  }, [chosen])
  return (
    <tr ref={row} class={`${error === undefined ? '' : 'failed'} ${chosen ? 'chosen' : ''}`} onClick={onChoose}>
      <td class="number">{at.toFixed(1)}</td>
      <td>{session}</td>
      <td class="number">{milliseconds === undefined ? 'under way' : duration(milliseconds)}</td>
      <td class="result">{resultOf(statement)}</td>
      <td class="sql">
        <code>{dedented(filledIn(statement))}</code>
        {cut === true && <span class="quiet"> (cut)</span>}
        {error !== undefined && <p class="wrong">{error}</p>}
      </td>
    </tr>
  )
}

function resultOf({ sql, error, milliseconds, rows }: StatementRecord): string {
  if (error !== undefined) return '✗ failed'
  if (milliseconds === undefined) return '…'
  return rows === undefined || (rows === 0 && !countsRows(sql)) ? 'ok' : count(rows, 'row')
}

function save(text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/sql' }))
  link.download = 'statements.sql'
  link.click()
  URL.revokeObjectURL(link.href)
}
