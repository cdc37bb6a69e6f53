import type { JSX } from 'preact'
import type { TestRecord } from '../report/test-record.ts'
import { dedented, duration } from './format.ts'
import { filledIn } from './sql-script.ts'

/** The statement that was chosen in the lanes, in full. */
export function ChosenStatement(props: {
  readonly record: TestRecord
  readonly chosen: number | undefined
}): JSX.Element {
  const { record, chosen } = props
  const statement = record.statements[chosen ?? -1]
  if (statement === undefined) return <p class="quiet">Choose a statement to read it here.</p>
  const { session, at, milliseconds, error } = statement
  const waits = (record.waits ?? []).filter(
    (wait) => wait.session === session && wait.at >= at && wait.at <= at + (milliseconds ?? Infinity),
  )
  return (
    <div class="chosen-statement" aria-live="polite">
      <p>
        <strong>{record.sessions[session]?.name}</strong> at {at.toFixed(1)} ms
        {milliseconds === undefined ? ', under way at the end' : `, took ${duration(milliseconds)}`}
      </p>
      <pre tabIndex={0}>{dedented(filledIn(statement))}</pre>
      {error !== undefined && <p class="wrong">{error}</p>}
      {waits.map(({ blockers, candidates = [], target, at: since, until, evidence }, index) => (
        <p key={index}>
          waited {duration(until - since)} for{' '}
          {blockers.length > 0
            ? blockers.join(', ')
            : `somebody not known${candidates.length === 0 ? '' : ` (perhaps ${candidates.join(', ')})`}`}
          {target !== undefined && `: ${target}`} <span class="quiet">(known by: {evidence})</span>
        </p>
      ))}
    </div>
  )
}
