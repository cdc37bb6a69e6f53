import type { JSX } from 'preact'
import type { LoadRecord } from '../report/load-record.ts'
import { Chart } from './chart.tsx'
import { duration } from './format.ts'

const COLOURS = ['--chart-1', '--chart-2', '--chart-3', '--chart-4']

export function LoadCharts({ load }: { readonly load: LoadRecord }): JSX.Element {
  const { timeline, histogram, operations, errors, throughput, latencies, baseline, milliseconds, settings = {} } = load
  const percentiles = Object.entries(timeline.latencies)
  return (
    <>
      <p>
        {operations} operations in {duration(milliseconds)}, {errors} failed.
      </p>
      {Object.keys(settings).length > 0 && (
        <p class="quiet">
          {Object.entries(settings)
            .map(([name, value]) => `${name} ${value}`)
            .join(', ')}
        </p>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">figure</th>
            <th scope="col">this run</th>
            {baseline !== undefined && <th scope="col">{baseline.name}</th>}
            {baseline !== undefined && <th scope="col">change</th>}
          </tr>
        </thead>
        <tbody>
          <Figure name="operations a second" value={throughput} before={baseline?.throughput} />
          {Object.entries(latencies).map(([name, value]) => (
            <Figure key={name} name={`${name}, ms`} value={value} before={baseline?.latencies[name]} />
          ))}
        </tbody>
      </table>
      {baseline?.passed !== undefined && (
        <p class={baseline.passed ? '' : 'wrong'}>{baseline.passed ? 'Within' : 'Beyond'} what the baseline allows.</p>
      )}
      <Chart
        title="Operations and errors a second"
        x={timeline.seconds}
        xLabel="s"
        series={[
          { label: 'operations/s', values: timeline.throughput, colour: '--chart-1' },
          { label: 'errors/s', values: timeline.errors, colour: '--bad' },
        ]}
      />
      <Chart
        title="Latency over time, ms"
        x={timeline.seconds}
        xLabel="s"
        series={percentiles.map(([label, values], index) => ({
          label,
          values,
          colour: COLOURS[index % COLOURS.length] ?? '--chart-1',
        }))}
      />
      <Chart
        title="Operations by latency"
        x={histogram.upTo.map((_, index) => index)}
        xLabel=""
        names={histogram.upTo.map((bound) => `≤ ${duration(bound)}`)}
        series={[{ label: 'operations', values: histogram.counts, colour: '--chart-1', bars: true }]}
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
