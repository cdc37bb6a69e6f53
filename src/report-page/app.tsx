import type { JSX } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { ReportData, ReportedTest } from '../report/report-data.ts'
import { Environment } from './environment.tsx'
import { ErrorList } from './error-list.tsx'
import { count, duration } from './format.ts'
import { TestList } from './test-list.tsx'
import { TestView } from './test-view.tsx'
import { ThemeButton } from './theme-button.tsx'

/** What the address shows: a test by its index, the environment, or nothing yet. */
type Place = number | 'environment' | undefined

export function App({ data }: { readonly data: ReportData }): JSX.Element {
  const first = useMemo(() => firstOf(data.tests), [data])
  const [place, setPlace] = useState<Place>(placeOf(location.hash))
  useEffect(() => {
    const follow = (): void => setPlace(placeOf(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  const index = place ?? first
  const test = typeof index === 'number' ? data.tests[index] : undefined
  return (
    <div class={place === undefined ? 'frame at-list' : 'frame at-detail'}>
      <Header data={data} />
      <TestList tests={data.tests} selected={typeof index === 'number' ? index : undefined} />
      <main id="detail" tabIndex={-1}>
        <a class="back" href="#">
          ← All tests
        </a>
        {data.errors.length > 0 && (
          <section class="panel">
            <h2>Errors outside of tests</h2>
            <ErrorList errors={data.errors} />
          </section>
        )}
        {index === 'environment' && <Environment runs={data.runs} />}
        {test !== undefined && <TestView key={index} test={test} run={data.runs[test.run ?? -1]} />}
        {test === undefined && index !== 'environment' && <p>There is no such test in this report.</p>}
      </main>
    </div>
  )
}

function Header({ data: { tests, runs, writtenAt } }: { readonly data: ReportData }): JSX.Element {
  const of = (state: ReportedTest['state']): number => tests.filter((test) => test.state === state).length
  const failed = of('failed')
  const took = tests.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0)
  const backend = runs.find((run) => run.backend !== undefined)?.backend
  return (
    <header>
      <h1>TiDB report</h1>
      <p class="totals">
        <span class={failed > 0 ? 'badge failed' : 'badge passed'}>
          {failed > 0 ? `✗ ${failed} failed` : '✓ all passed'}
        </span>{' '}
        {of('passed')} passed, {of('skipped')} skipped, {count(tests.length, 'test')} in {duration(took)}
      </p>
      <p class="about">
        {backend !== undefined && `${backend.version.replace(/^.*-TiDB-/, 'TiDB ')}, ${backend.store} · `}
        {new Date(writtenAt).toLocaleString()}
        {runs.length > 1 && ` · ${runs.length} shards`}
      </p>
      <nav aria-label="Report" class="tools">
        <a href="#environment">Environment</a>
        <ThemeButton />
      </nav>
    </header>
  )
}

function placeOf(hash: string): Place {
  if (hash === '#environment') return 'environment'
  const index = /^#test-(\d+)$/.exec(hash)?.[1]
  return index === undefined ? undefined : Number(index)
}

function firstOf(tests: readonly ReportedTest[]): number {
  const failed = tests.findIndex(({ state }) => state === 'failed')
  const recorded = tests.findIndex(({ record }) => record !== undefined)
  return failed >= 0 ? failed : Math.max(0, recorded)
}
