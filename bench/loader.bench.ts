// The rows of sysbench's table: our loader against `sysbench prepare`, on the same server.
import { loadavg } from 'node:os'
import { openSession } from '../src/connections/open-session.ts'
import { workloads } from '../src/load/workloads/workloads.ts'
import { localBackend } from './local-tidb.ts'
import { alternate, publish, timed } from './measure.ts'
import { sysbench, sysbenchArguments } from './sysbench.ts'

const ROUNDS = 3
/** Both sides load them three times within the time that a bench may take. */
const ROWS = 1_000_000
const DATABASE = 'sbtest'
const SESSIONS = 4

const { running } = await localBackend()
try {
  const { endpoint } = await running.openServer()
  const root = await openSession({ endpoint, name: 'root', timeout: 600_000 })
  await root.script(`CREATE DATABASE ${DATABASE}`)
  const session = await openSession({ endpoint, database: DATABASE, name: 'bench', timeout: 600_000 })
  const prepare = [
    ...sysbenchArguments(endpoint, { script: 'oltp_read_write', database: DATABASE, rows: ROWS, threads: SESSIONS }),
    'prepare',
  ]
  const rowsPerSecond = async (fill: () => Promise<unknown>): Promise<number> => {
    const milliseconds = await timed(fill)
    const [row] = await session.query<{ n: number }>`SELECT COUNT(*) AS n FROM sbtest1 USE INDEX (k_1)`
    if (row?.n !== ROWS) throw new Error(`${ROWS} rows were to be loaded, and there are ${row?.n}`)
    await session.script('DROP TABLE sbtest1')
    return (ROWS / milliseconds) * 1_000
  }
  const samples = await alternate(
    ROUNDS,
    () => rowsPerSecond(() => workloads.readWrite({ rows: ROWS }).prepare(session, { sessions: SESSIONS })),
    () => rowsPerSecond(() => sysbench(prepare)),
  )
  await publish([
    {
      bench: 'loader',
      title: `sbtest1 with ${ROWS} rows and its index, by ${SESSIONS} sessions; load average ${loadavg()[0]?.toFixed(1)}`,
      unit: 'rows/s',
      better: 'higher',
      peer: `sysbench ${prepare.filter((argument) => !argument.startsWith('--mysql')).join(' ')}`,
      oursSamples: samples.ours,
      peerSamples: samples.peer,
      target: 1,
    },
  ])
  await session.close()
  await root.close()
} finally {
  await running.stop()
}
