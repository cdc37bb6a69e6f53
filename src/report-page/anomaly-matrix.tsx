import type { JSX } from 'preact'
import type { AnomalyRecord } from '../report/test-record.ts'

const WORDS = { shown: '✗ occurs', prevented: '✓ prevented', unknown: '? not known' } as const

/** Which anomalies the schedules of a test have shown, in each setting in which they ran. */
export function AnomalyMatrix({ anomalies }: { readonly anomalies: readonly AnomalyRecord[] }): JSX.Element {
  const settings = [...new Set(anomalies.map(({ setting }) => setting))]
  const names = [...new Set(anomalies.map(({ anomaly }) => anomaly))]
  const found = (name: string, setting: string): AnomalyRecord | undefined => {
    const own = anomalies.filter((each) => each.anomaly === name && each.setting === setting)
    return own.find(({ verdict }) => verdict === 'shown') ?? own.find(({ verdict }) => verdict === 'unknown') ?? own[0]
  }
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Anomalies by setting">
        <table>
          <thead>
            <tr>
              <th scope="col">anomaly</th>
              {settings.map((setting) => (
                <th scope="col" key={setting}>
                  {setting === '' ? "the server's own setting" : setting}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {settings.map((setting) => {
                  const record = found(name, setting)
                  return (
                    <td key={setting} class={record?.verdict}>
                      {record === undefined ? '' : WORDS[record.verdict]}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {anomalies
        .filter(({ evidence }) => evidence !== undefined)
        .map(({ anomaly, setting, evidence, replay, verdict }, index) => (
          <details key={index}>
            <summary>
              {anomaly}, {verdict}
              {setting !== '' && ` in ${setting}`}
            </summary>
            <pre tabIndex={0}>
              {evidence}
              {replay !== undefined && `\n\n${replay}`}
            </pre>
          </details>
        ))}
    </>
  )
}
