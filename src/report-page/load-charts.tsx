import type { JSX } from 'preact'
import type { LoadRecord } from '../report/load-record.ts'
import { Chart } from './chart.tsx'
import { duration } from './format.ts'
import { latencyBars, latencyLines, throughputLines } from './load-series.ts'

export function LoadCharts({ load }: { readonly load: LoadRecord }): JSX.Element {
  const { timeline, operations, errors, throughput, latencies, baseline, milliseconds, settings = {} } = load
  const bars = latencyBars(load)
  return (
    <>
      <p>
        {operations} operations succeeded in {duration(milliseconds)}, {errors} failed.
      </p>
      {Object.keys(settings).length > 0 && (
        <p class="quiet">
          {Object.entries(settings)
            .map(([name, value]) => `${name} ${value}`)
            .join(', ')}
        </p>
      )}
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">figure</th>
            <th scope="col" class="number">
              this load
            </th>
            {baseline !== undefined && (
              <th scope="col" class="number">
                baseline
              </th>
            )}
            {baseline !== undefined && (
              <th scope="col" class="number">
                change
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Figure name="operations a second" value={throughput} before={baseline?.throughput} />
          {Object.entries(latencies).map(([name, value]) => (
            <Figure key={name} name={`${name}, ms`} value={value} before={baseline?.latencies[name]} />
          ))}
        </tbody>
      </table>
      {baseline !== undefined && (
        <p class={baseline.passed === false ? 'wrong' : ''}>
          The baseline is {baseline.name}.
          {baseline.passed !== undefined && (baseline.passed ? ' Within what it allows.' : ' Beyond what it allows.')}
        </p>
      )}
      <Chart title="Operations and errors a second" x={timeline.seconds} unit="s" series={throughputLines(load)} />
      <Chart title="Latency over time, ms" x={timeline.seconds} unit="s" series={latencyLines(load)} />
      <Chart
        title="Operations by latency"
        x={bars.upTo.map((_, index) => index)}
        names={bars.upTo.map((bound) => `≤ ${duration(bound)}`)}
        series={bars.series}
      />
    </>
  )
}

function Figure(props: {
  readonly name: string
  readonly value: number
  readonly before: number | undefined
}): JSX.Element {
  const { name, value, before } = props
  const change = before === undefined || before === 0 ? undefined : ((value - before) / before) * 100
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="number">{value.toFixed(2)}</td>
      {before !== undefined && <td class="number">{before.toFixed(2)}</td>}
      {change !== undefined && <td class="number">{`${change > 0 ? '+' : ''}${change.toFixed(1)} %`}</td>}
    </tr>
  )
}
