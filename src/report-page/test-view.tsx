import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { ReportedTest } from '../report/report-data.ts'
import type { RunRecord } from '../report/run-record.ts'
import type { TestRecord } from '../report/test-record.ts'
import { AnomalyMatrix } from './anomaly-matrix.tsx'
import { CopyButton } from './copy-button.tsx'
import { Environment } from './environment.tsx'
import { ErrorList } from './error-list.tsx'
import { FaultList } from './fault-list.tsx'
import { duration } from './format.ts'
import { LoadCharts } from './load-charts.tsx'
import { MachinePath } from './machine-path.tsx'
import { PlanTable } from './plan-table.tsx'
import { StatementTable } from './statement-table.tsx'
import { SwimLanes } from './swim-lanes.tsx'
import { WaitGraph } from './wait-graph.tsx'

export function TestView(props: { readonly test: ReportedTest; readonly run: RunRecord | undefined }): JSX.Element {
  const { test, run } = props
  const { name, file, line, project, state, milliseconds, note, retries, errors = [], record } = test
  return (
    <article>
      <h2>
        <span class={`badge ${state}`}>{state}</span> {name.join(' › ')}
      </h2>
      <p class="quiet">
        {file}
        {line !== undefined && `:${line}`}
        {project !== undefined && ` · ${project}`}
        {milliseconds !== undefined && ` · ${duration(milliseconds)}`}
        {retries !== undefined && ` · ${retries} ${retries === 1 ? 'retry' : 'retries'}`}
        {note !== undefined && ` · ${note}`}
      </p>
      {errors.length > 0 && (
        <Panel title="Why it failed">
          <ErrorList errors={errors} />
        </Panel>
      )}
      {record === undefined ? <p class="quiet">It used no TiDB.</p> : <Recorded test={test} record={record} />}
      {run !== undefined && <Environment runs={[run]} folded />}
    </article>
  )
}

function Recorded({ test, record }: { readonly test: ReportedTest; readonly record: TestRecord }): JSX.Element {
  const [chosen, choose] = useState<number | undefined>()
  const { loads = [], graph, machines = [], plans = [], faults = [], anomalies = [] } = record
  return (
    <>
      <p class="replay">
        <span>
          Again, with seed {record.seed}: <code>{record.replay}</code>
        </span>
        <CopyButton label="Copy command" text={() => record.replay} />
      </p>
      {record.kept !== undefined && (
        <p>
          The database is kept: <code>{record.kept}</code>
        </p>
      )}
      <Panel title="Sessions over time">
        <SwimLanes record={record} chosen={chosen} onChoose={choose} />
      </Panel>
      {graph !== undefined && (
        <Panel title="Who waited for whom when it failed">
          <WaitGraph graph={graph} />
        </Panel>
      )}
      {loads.map((load, index) => (
        <Panel title={`Load: ${load.name}`} key={index}>
          <LoadCharts load={load} />
        </Panel>
      ))}
      {anomalies.length > 0 && (
        <Panel title="Anomalies">
          <AnomalyMatrix anomalies={anomalies} />
        </Panel>
      )}
      {faults.length > 0 && (
        <Panel title="Faults">
          <FaultList faults={faults} />
        </Panel>
      )}
      {machines.map((machine, index) => (
        <Panel title={`Path of ${machine.name}`} key={index}>
          <MachinePath machine={machine} />
        </Panel>
      ))}
      {plans.length > 0 && (
        <Panel title={plans.length === 1 ? 'Plan' : 'Plans'}>
          {plans.map((plan, index) => (
            <PlanTable plan={plan} key={index} />
          ))}
        </Panel>
      )}
      <Panel title="Statements">
        <StatementTable title={test.name.join(' › ')} record={record} chosen={chosen} onChoose={choose} />
      </Panel>
    </>
  )
}

function Panel({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section class="panel" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}
