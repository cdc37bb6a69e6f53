// sysbench's oltp_point_select and oltp_read_write: our load against sysbench itself, on the same server and tables.
import { loadavg } from 'node:os'
import { openSession } from '../src/connections/open-session.ts'
import { startLoad, type LoadSurroundings } from '../src/load/run-load.ts'
import { workloads } from '../src/load/workloads/workloads.ts'
import type { ProgramWorkload } from '../src/load/workload.ts'
import { connectorLoops } from './connector-loops.ts'
import { localBackend } from './local-tidb.ts'
import { publish, type Figure } from './measure.ts'
import { sysbenchArguments, sysbenchRun, type SysbenchRun } from './sysbench.ts'

const ROUNDS = 3
const SECONDS = 6
const ROWS = 100_000
const DATABASE = 'sbtest'

const { running } = await localBackend()
try {
  const server = await running.openServer()
  const { endpoint } = server
  const root = await openSession({ endpoint, name: 'root' })
  await root.script(`CREATE DATABASE ${DATABASE}`)
  const session = await openSession({ endpoint, database: DATABASE, name: 'bench' })
  const surroundings: LoadSurroundings = {
    endpoint,
    database: DATABASE,
    session,
    timeout: 30_000,
    seed: 1,
    openSession: (name, hook) => openSession({ endpoint, database: DATABASE, name, hooks: [hook] }),
  }
  const cases: { script: string; workload: ProgramWorkload }[] = [
    { script: 'oltp_point_select', workload: workloads.pointSelect({ rows: ROWS }) },
    { script: 'oltp_read_write', workload: workloads.readWrite({ rows: ROWS }) },
  ]
  await cases[0]?.workload.prepare(session)

  const ours = async (workload: ProgramWorkload, sessions: number, seconds = SECONDS): Promise<SysbenchRun> => {
    const load = await startLoad(workload, { sessions, duration: seconds * 1_000, warmup: 0 }, surroundings)
    const { throughput, latency, client, errors } = await load.result
    const unexpected = errors.find((error) => error.class !== 'transient')
    if (unexpected !== undefined) throw new Error(`${workload.name}: ${unexpected.message}`)
    return { throughput, p95: latency.p95, cpuPerStatement: client.cpuPerStatement }
  }

  const measured = cases.flatMap((each) =>
    [8, 32].map((sessions) => ({ ...each, sessions, ours: [] as SysbenchRun[], peer: [] as SysbenchRun[] })),
  )
  // Neither side has a warm-up: what a first run has to compile or to cache is none of what is compared.
  for (const { workload, sessions } of measured) await ours(workload, sessions, 1)
  for (let round = 0; round < ROUNDS; round++) {
    for (const each of measured) {
      const { script, workload, sessions } = each
      const args = sysbenchArguments(endpoint, {
        script,
        database: DATABASE,
        rows: ROWS,
        threads: sessions,
        seconds: SECONDS,
      })
      const order = round % 2 === 0 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const)
      for (const side of order)
        each[side].push(side === 'ours' ? await ours(workload, sessions) : await sysbenchRun(args))
      const [mine, theirs] = [each.ours.at(-1), each.peer.at(-1)]
      process.stderr.write(
        `  round ${round + 1}, ${script}, ${sessions} sessions: ours ${shown(mine)}; sysbench ${shown(theirs)}; load average ${loadavg()[0]?.toFixed(1)}\n`,
      )
    }
  }
  const loops = await connectorLoops(endpoint, { database: DATABASE, rows: ROWS, sessions: 8, seconds: SECONDS / 2 })

  const throughputs = measured.map(({ script, sessions, ours: mine, peer }): Figure => ({
    bench: 'load',
    title: `${script}, ${sessions} sessions, ${ROWS} rows, ${SECONDS} s a round; CPU a statement: ours ${cpu(mine)} µs, sysbench ${cpu(peer)} µs`,
    unit: 'transactions/s',
    better: 'higher',
    peer: `sysbench ${script} --table-size=${ROWS} --threads=${sessions} --time=${SECONDS} run`,
    oursSamples: mine.map(({ throughput }) => throughput),
    peerSamples: peer.map(({ throughput }) => throughput),
    target: 0.9,
  }))
  const latencies = measured.map(({ script, sessions, ours: mine, peer }): Figure => ({
    bench: 'load',
    title: `${script}, ${sessions} sessions, p95 of each round`,
    unit: 'ms',
    better: 'lower',
    peer: 'the same',
    oursSamples: mine.map(({ p95 }) => p95),
    peerSamples: peer.map(({ p95 }) => p95),
    target: 1.2,
  }))
  const ratio = ({ oursSamples, peerSamples }: Figure): number => median(oursSamples) / median(peerSamples)
  // The worst of the four stands for all.
  await publish([...throughputs.toSorted((one, other) => ratio(one) - ratio(other)), ...latencies])
  console.error(`\nPoint selects of plain connectors on 8 sessions, for comparison:\n${loops.join('\n')}`)
  await session.close()
  await root.close()
} finally {
  await running.stop()
}

function median(samples: readonly number[]): number {
  return samples.toSorted((one, other) => one - other)[Math.floor((samples.length - 1) / 2)] ?? Number.NaN
}

function cpu(runs: readonly SysbenchRun[]): string {
  return median(runs.map(({ cpuPerStatement }) => cpuPerStatement)).toFixed(1)
}

function shown(run: SysbenchRun | undefined): string {
  return `${run?.throughput.toFixed(0)}/s, p95 ${run?.p95.toFixed(2)} ms, ${run?.cpuPerStatement.toFixed(1)} µs`
}
