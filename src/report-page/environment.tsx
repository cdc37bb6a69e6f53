import type { JSX } from 'preact'
import type { RunRecord } from '../report/run-record.ts'

/** On what the tests ran, and how that was configured. */
export function Environment(props: { readonly runs: readonly RunRecord[]; readonly folded?: boolean }): JSX.Element {
  const { runs, folded = false } = props
  if (folded) {
    return (
      <details class="panel">
        <summary>Environment</summary>
        {runs.map((run, index) => (
          <Run run={run} key={index} />
        ))}
      </details>
    )
  }
  return (
    <article>
      <h2>Environment</h2>
      {runs.map((run, index) => (
        <section class="panel" key={index}>
          <Run run={run} />
        </section>
      ))}
    </article>
  )
}

function Run({ run }: { readonly run: RunRecord }): JSX.Element {
  const { backend, versions, seed, shard, configFile, settings, startedAt } = run
  const facts = [
    ['TiDB', backend?.version],
    ['Store', backend?.store],
    ['Backend', backend && `${backend.kind}: ${backend.detail}`],
    ['Servers', backend && (backend.sharing === 'private' ? 'one for each worker slot' : 'one for all workers')],
    ['Seed', String(seed)],
    ['Shard', shard],
    ['Began', new Date(startedAt).toLocaleString()],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['Configuration file', configFile ?? 'none'],
  ].filter(([, value]) => value !== undefined)
  return (
    <>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="scroll" tabIndex={0} role="region" aria-label="Settings">
        <table>
          <thead>
            <tr>
              <th scope="col">setting</th>
              <th scope="col">value</th>
              <th scope="col">from</th>
            </tr>
          </thead>
          <tbody>
            {settings.map(({ key, value, origin }) => (
              <tr key={key}>
                <th scope="row">{key}</th>
                <td>
                  <code>{String(value)}</code>
                </td>
                <td>{origin}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
