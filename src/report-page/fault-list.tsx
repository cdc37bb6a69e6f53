import type { JSX } from 'preact'
import type { FaultRecord } from '../report/fault-record.ts'
import { duration } from './format.ts'

export function FaultList({ faults }: { readonly faults: readonly FaultRecord[] }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of faults">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              at
            </th>
            <th scope="col" class="number">
              lasted
            </th>
            <th scope="col">fault</th>
            <th scope="col">on</th>
            <th scope="col">what</th>
          </tr>
        </thead>
        <tbody>
          {faults.map(({ kind, target, at, until, text }, index) => (
            <tr key={index}>
              <td class="number">{at.toFixed(1)}</td>
              <td class="number">{until === undefined ? '' : duration(until - at)}</td>
              <td>{kind}</td>
              <td>{target}</td>
              <td class="what">{text ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
