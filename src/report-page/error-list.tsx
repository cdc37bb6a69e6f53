import type { JSX } from 'preact'
import type { ReportedError } from '../report/report-data.ts'

export function ErrorList({ errors }: { readonly errors: readonly ReportedError[] }): JSX.Element {
  return (
    <>
      {errors.map(({ message, diff, at }, index) => (
        <div class="error" key={index}>
          <pre tabIndex={0}>{message}</pre>
          {diff !== undefined && (
            <pre class="diff" tabIndex={0}>
              {diff.split('\n').map((line, number) => (
                <span key={number} class={line.startsWith('-') ? 'removed' : line.startsWith('+') ? 'added' : ''}>
                  {`${line}\n`}
                </span>
              ))}
            </pre>
          )}
          {at !== undefined && <p class="quiet">{at}</p>}
        </div>
      ))}
    </>
  )
}
