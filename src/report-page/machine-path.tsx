import type { JSX } from 'preact'
import type { MachineRecord } from '../report/test-record.ts'
import { duration } from './format.ts'

export function MachinePath({ machine }: { readonly machine: MachineRecord }): JSX.Element {
  const { visits, omitted, state, failed } = machine
  return (
    <>
      {omitted !== undefined && <p class="quiet">{omitted} earlier visits are left out.</p>}
      <ol class="path">
        {visits.map(({ state: visited, milliseconds, outcome, phase, handler }, index) => (
          <li key={index} class={outcome === undefined ? '' : 'failed'} title={handler}>
            <strong>{visited}</strong> <span class="quiet">{duration(milliseconds)}</span>
            {outcome !== undefined && (
              <span class="wrong">
                {' '}
                ✗ {outcome}
                {phase !== undefined && ` in ${phase}`}
              </span>
            )}
          </li>
        ))}
      </ol>
      <p>
        It ended in <strong>{state}</strong>
        {failed === true && <span class="wrong"> and failed</span>}.
      </p>
      {visits.map(
        ({ state: visited, error }, index) =>
          error !== undefined && (
            <pre key={index} tabIndex={0}>
              {visited}: {error}
            </pre>
          ),
      )}
    </>
  )
}
