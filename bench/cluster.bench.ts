// A cluster of 2 TiDB, 1 PD and 1 store until both TiDBs answer a query: from the template, against the same binaries
// started bare, all at once, on empty folders.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheDirectoryOf } from '../src/backends/assemble.ts'
import { embeddedClusterBackend } from '../src/backends/cluster/local/embedded-cluster-backend.ts'
import { installPrograms } from '../src/backends/cluster/local/programs.ts'
import { freePorts } from '../src/child-process/free-ports.ts'
import { startReaper } from '../src/child-process/reaper-ahead.ts'
import { resolveConfig } from '../src/config/resolve-config.ts'
import { terminalProgress } from '../src/logging/terminal-progress.ts'
import { answer, answerEventually } from './answer.ts'
import { alternate, publish, timed } from './measure.ts'

const PAIRS = 7
const counts = { tidb: 2, pd: 1, kv: 1 }

const cacheDirectory = cacheDirectoryOf(resolveConfig({ cwd: process.cwd(), env: process.env }))
using progress = terminalProgress(process.stderr)
const reaper = await startReaper()
const programs = await installPrograms({ cacheDirectory }, reaper, progress)
await reaper.close()
const running = await embeddedClusterBackend({ cacheDirectory, counts }).start({ progress })
try {
  const { ours, peer } = await alternate(PAIRS, startFromTemplate, startBare)
  await publish([
    {
      bench: 'cluster',
      title: 'Start of a cluster of 2 TiDB, 1 PD and 1 store, until both TiDBs answer a query',
      unit: 'ms',
      better: 'lower',
      peer: 'pd-server, unistore-server and two tidb-server -store tikv, started at once on empty folders, connected to every 5 ms',
      oursSamples: ours,
      peerSamples: peer,
      percentiles: [50, 95],
      target: 0.5,
    },
  ])
} finally {
  await running.stop()
}

async function startFromTemplate(): Promise<number> {
  let server: Awaited<ReturnType<typeof running.openServer>> | undefined
  const milliseconds = await timed(async () => {
    server = await running.openServer()
    const { cluster } = server
    if (cluster === undefined) throw new Error('the backend gave no cluster')
    await Promise.all(['tidb-1', 'tidb-2'].map((name) => answer(cluster.endpointOf(name))))
  })
  await server?.stop()
  return milliseconds
}

async function startBare(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-bench-'))
  const [client, peer, kv, kvStatus, sql1 = 0, status1, sql2 = 0, status2] = await freePorts(8)
  const pd = `127.0.0.1:${client}`
  const begun = performance.now()
  const children = [
    spawn(programs.pd, [
      '--name=pd',
      `--data-dir=${join(folder, 'pd')}`,
      `--client-urls=http://${pd}`,
      `--peer-urls=http://127.0.0.1:${peer}`,
      `--log-file=${join(folder, 'pd.log')}`,
    ]),
    spawn(programs.kv, [
      `--addr=127.0.0.1:${kv}`,
      `--status-addr=127.0.0.1:${kvStatus}`,
      `--pd=${pd}`,
      `--data-dir=${join(folder, 'kv')}`,
      `--log-file=${join(folder, 'kv.log')}`,
    ]),
    ...[
      [sql1, status1],
      [sql2, status2],
    ].map(([sql, status]) =>
      spawn(
        programs.tidb,
        [
          ['-store', 'tikv', '-path', pd, '-socket', '', '-L', 'error'],
          ['-host', '127.0.0.1', '-P', String(sql), '-status-host', '127.0.0.1', '-status', String(status)],
          ['-log-file', join(folder, `${sql}.log`), '-log-slow-query', join(folder, `${sql}-slow.log`)],
          ['-temp-dir', join(folder, `${sql}-tmp`)],
        ].flat(),
      ),
    ),
  ]
  const exited = children.map((child) => once(child, 'exit'))
  try {
    await Promise.all([sql1, sql2].map((port) => answerEventually({ host: '127.0.0.1', port, user: 'root' }, 120)))
    return performance.now() - begun
  } finally {
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(exited)
    await rm(folder, { recursive: true })
  }
}
