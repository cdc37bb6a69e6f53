// What a test waits for its clean database, and what the whole of lease, own DDL and return costs, against a database
// that each test creates and drops by itself on the same server. On servers of the toolkit's own, then on one that is
// external to it.
import { openSession } from '../src/connections/open-session.ts'
import type { Session } from '../src/connections/session.ts'
import { sql } from '../src/connections/sql.ts'
import type { Endpoint } from '../src/connections/endpoint.ts'
import type { RunningBackend } from '../src/backends/backend.ts'
import { externalBackend } from '../src/backends/external/external-backend.ts'
import { terminalProgress } from '../src/logging/terminal-progress.ts'
import { startBroker } from '../src/databases/broker.ts'
import { DatabaseSource } from '../fixtures/database-source.ts'
import { openDatabase } from '../fixtures/modes/database-mode.ts'
import { Tidb } from '../fixtures/tidb.ts'
import { linkTo } from '../fixtures/worker-link.ts'
import { localBackend } from './local-tidb.ts'
import { publish, type Figure } from './measure.ts'

const LEASES = 800
/** One naive test after so many leases. */
const NAIVE_EVERY = 10

interface Samples {
  readonly wait: number[]
  readonly whole: number[]
  readonly naiveDatabase: number[]
  readonly naiveWhole: number[]
}

const embedded = await measure((await localBackend()).running)
const host = (await localBackend()).running
const server = await host.openServer()
let external: Samples
try {
  const progress = terminalProgress(process.stderr)
  external = await measure(await externalBackend({ endpoint: server.endpoint }).start({ progress }))
} finally {
  await host.stop()
}

await publish([...figuresOf('own server', embedded, 1 / 50), ...figuresOf('external server', external, 1 / 20)])

function figuresOf(place: string, samples: Samples, target: number): Figure[] {
  return [
    {
      bench: 'clean-database',
      title: `(a) ${place}: what a test waits for its clean database`,
      unit: 'ms',
      better: 'lower',
      peer: 'CREATE DATABASE + DROP DATABASE on the same server, between the leases',
      oursSamples: samples.wait,
      peerSamples: samples.naiveDatabase,
      percentiles: [50, 95],
      target,
    },
    {
      bench: 'clean-database',
      title: `(b) ${place}: lease, two tables made and filled, return`,
      unit: 'ms',
      better: 'lower',
      peer: 'CREATE DATABASE, USE, the same two tables made and filled, DROP DATABASE',
      oursSamples: samples.whole,
      peerSamples: samples.naiveWhole,
      percentiles: [50, 95],
      target: 0.6,
    },
  ]
}

async function measure(backend: RunningBackend): Promise<Samples> {
  const broker = await startBroker({ backend: () => Promise.resolve(backend), keepDatabase: 'never' })
  const settings = {
    broker: broker.address,
    databaseMode: 'database',
    keepDatabase: 'never',
    timeZone: 'UTC',
    timeout: 30_000,
    poolSize: 5,
    rows: 10,
    isolation: undefined,
    seed: 1,
    retry: {},
    breaker: { failures: 5, window: 10_000, halfOpenAfter: 5_000, trials: 1 },
    logging: { level: 'info', format: 'text', console: false, maxSize: 10_000_000, maxFiles: 5 },
    report: false,
    command: 'vitest',
    sections: {},
  } as const
  const link = await linkTo(settings, 1)
  const source = new DatabaseSource(link)
  const grant = await link.broker.acquireServer({ slot: 1, pid: process.pid })
  const tidb = new Tidb(grant)
  const samples: Samples = { wait: [], whole: [], naiveDatabase: [], naiveWhole: [] }
  const task = { name: 'bench' } as never
  try {
    const open = () =>
      openDatabase({ link, source, tidb, task, signal: new AbortController().signal, schema: undefined })
    for (let lease = 1; lease <= LEASES; lease++) {
      const begun = performance.now()
      const opened = await open()
      samples.wait.push(performance.now() - begun)
      await fill(opened.db)
      await opened.close({ keep: false })
      samples.whole.push(performance.now() - begun)
      if (lease % NAIVE_EVERY === 0) {
        // A lease that is not counted holds its server while the naive way runs on it.
        const held = await open()
        await naive(held.scope.endpoint, samples)
        await held.close({ keep: false })
      }
      if (lease % 100 === 0) process.stderr.write(`  ${backend.kind}: ${lease} of ${LEASES} leases\n`)
    }
  } finally {
    await source.close()
    link.broker.close()
    await broker.stop()
  }
  return samples
}

async function fill(session: Session): Promise<void> {
  for (const table of ['account', 'entry']) {
    await session.run`CREATE TABLE ${sql.id(table)} (id BIGINT PRIMARY KEY, name VARCHAR(64), amount DECIMAL(20, 2), KEY (name))`
    await session.run`INSERT INTO ${sql.id(table)} VALUES (1, 'a', 1.5), (2, 'b', 2.5), (3, 'c', 3.5)`
  }
}

async function naive(endpoint: Endpoint, samples: Samples): Promise<void> {
  // A naive test has its session open already, and so has an advantage of one connect.
  const session = await openSession({ name: 'naive', endpoint })
  try {
    const begun = performance.now()
    await session.run`CREATE DATABASE naive_test`
    const created = performance.now()
    await session.run`USE naive_test`
    await fill(session)
    const filled = performance.now()
    await session.run`DROP DATABASE naive_test`
    const dropped = performance.now()
    samples.naiveDatabase.push(created - begun + (dropped - filled))
    samples.naiveWhole.push(dropped - begun)
  } finally {
    await session.close()
  }
}
