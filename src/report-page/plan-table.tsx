import type { JSX } from 'preact'
import type { PlanRecord } from '../report/test-record.ts'

export function PlanTable({ plan: { sql, columns, rows } }: { readonly plan: PlanRecord }): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Plan as a table">
      <p>
        <code>{sql}</code>
      </p>
      <table class="plan">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
