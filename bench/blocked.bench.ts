// How soon a blocked statement is known to be blocked, against a plain loop over one of TiDB's views; whether statements
// that wait for nobody are ever called blocked at the same settings; and what watching costs the server.
import { BlockingObserver } from '../src/blocking/blocking-observer.ts'
import type { Endpoint } from '../src/connections/endpoint.ts'
import { openSession, openWire, sessionOver } from '../src/connections/open-session.ts'
import type { Session } from '../src/connections/session.ts'
import { sql } from '../src/connections/sql.ts'
import type { StartedStatement } from '../src/connections/started-statement.ts'
import { StatementLog } from '../src/connections/statement-log.ts'
import { localBackend } from './local-tidb.ts'
import { alternate, publish, type Figure } from './measure.ts'

const UNCONTENDED = 10_000
const POLL_MS = 10
/** One window of load; windows with and without an observer take turns. */
const WINDOW_MS = 500
const WINDOWS = 40
const LOADERS = 4
/** How often a statement that stays blocked is looked at: as toStayBlocked() does. */
const STAY_MS = 50

const SCHEMA = `CREATE TABLE t (id INT PRIMARY KEY, v INT, email VARCHAR(64) UNIQUE);
  INSERT INTO t VALUES (1, 0, NULL), (2, 0, NULL), (3, 0, NULL), (4, 0, NULL), (5, 0, NULL), (6, 0, NULL), (7, 0, NULL), (8, 0, NULL)`

interface Scene {
  readonly title: string
  readonly held: string
  readonly waiting: string
  /** What the plain loop asks; a row means that the statement waits. */
  readonly asked: (connectionId: number) => string
  readonly pairs: number
  readonly target: number
}

const lockWaiting = (id: number): string =>
  `SELECT 1 FROM information_schema.tidb_trx WHERE session_id = ${id} AND state = 'LockWaiting'`

const SCENES: readonly Scene[] = [
  {
    title: 'point UPDATE on a locked row',
    held: 'UPDATE t SET v = 1 WHERE id = 1',
    waiting: 'UPDATE t SET v = 2 WHERE id = 1',
    asked: lockWaiting,
    pairs: 150,
    target: 1,
  },
  {
    title: 'INSERT of a unique value that another transaction has put in',
    held: "INSERT INTO t VALUES (100, 0, 'a@b.c')",
    waiting: "INSERT INTO t VALUES (101, 0, 'a@b.c')",
    asked: lockWaiting,
    pairs: 60,
    target: 1,
  },
  {
    title: 'ALTER TABLE while a transaction uses the table',
    held: 'SELECT * FROM t',
    waiting: "ALTER TABLE t COMMENT 'changed'",
    asked: () => 'SELECT session_id FROM mysql.tidb_mdl_view',
    pairs: 20,
    target: 1,
  },
]

const { running } = await localBackend()
try {
  const { endpoint } = await running.openServer()
  const setup = await open(endpoint, 'setup', 'test')
  await setup.script(SCHEMA)
  const figures: Figure[] = []
  for (const scene of SCENES) figures.push(await verdicts(endpoint, scene))
  for (const count of [2, 8]) await falseAlarms(endpoint, count)
  figures.push(await throughput(endpoint))
  await publish(figures)
} finally {
  await running.stop()
}

function open(endpoint: Endpoint, name: string, database = 'test'): Promise<Session> {
  return openSession({ name, endpoint, database, timeout: 120_000 })
}

function observe(endpoint: Endpoint, sessions: readonly Session[], log?: StatementLog): BlockingObserver {
  return new BlockingObserver({
    openSession: (name) => openSession({ name, endpoint, ...(log === undefined ? {} : { log }) }),
    sessions: () => sessions,
  })
}

/** Sessions that the observer follows as the fixtures let it. */
async function followed(
  endpoint: Endpoint,
  observer: BlockingObserver,
  sessions: Session[],
  name: string,
): Promise<Session> {
  const wire = await openWire({ endpoint, database: 'test' })
  const session = sessionOver(wire, { name, timeout: 120_000, hooks: [observer.hookOf(wire.connectionId)] })
  sessions.push(session)
  return session
}

async function verdicts(endpoint: Endpoint, scene: Scene): Promise<Figure> {
  process.stderr.write(`${scene.title}\n`)
  const sessions: Session[] = []
  const observer = observe(endpoint, sessions)
  const holder = await followed(endpoint, observer, sessions, 'holder')
  const waiter = await followed(endpoint, observer, sessions, 'waiter')
  const polling = await open(endpoint, 'plain loop')
  const sample = async (verdict: (statement: StartedStatement) => Promise<void>): Promise<number> => {
    await holder.script(`BEGIN; ${scene.held}`)
    const ddl = scene.waiting.startsWith('ALTER')
    if (!ddl) await waiter.run`BEGIN`
    const begun = performance.now()
    const statement = waiter.start`${sql.raw(scene.waiting)}`
    await verdict(statement)
    const milliseconds = performance.now() - begun
    await holder.run`ROLLBACK`
    await statement.result()
    if (!ddl) await waiter.run`ROLLBACK`
    return milliseconds
  }
  const ours = (): Promise<number> =>
    sample(async (statement) => {
      const state = await observer.endedOrBlocked(statement)
      if (state.status !== 'blocked' || state.wait.blockers[0]?.session !== holder) {
        throw new Error(`wrong verdict: ${state.status}`)
      }
    })
  const asked = scene.asked(waiter.connectionId)
  const peer = (): Promise<number> => sample(() => secondSighting(polling, asked))
  await ours()
  await peer()
  const samples = await alternate(scene.pairs, ours, peer)
  await observer.close()
  await Promise.all([holder, waiter, polling].map((session) => session.close()))
  return {
    bench: 'blocked',
    title: `From sending a statement that will wait to the verdict, with who holds it: ${scene.title}`,
    unit: 'ms',
    better: 'lower',
    peer: `every ${POLL_MS} ms: ${scene.asked(0).replace('= 0', '= …')}; believed when seen twice (it does not say who holds)`,
    oursSamples: samples.ours,
    peerSamples: samples.peer,
    percentiles: [50, 95],
    target: scene.target,
  }
}

/** The plain loop. */
async function secondSighting(session: Session, asked: string): Promise<void> {
  let sightings = 0
  for (;;) {
    const [rows] = await session.script(asked)
    if (Array.isArray(rows) && rows.length > 0 && ++sightings === 2) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** @throws Error when one of the statements, which wait for nobody, is called blocked */
async function falseAlarms(endpoint: Endpoint, count: number): Promise<void> {
  const sessions = await Promise.all(Array.from({ length: count }, (_, index) => open(endpoint, `writer ${index}`)))
  const log = new StatementLog(1)
  const observer = observe(endpoint, sessions, log)
  let alarms = 0
  const begun = performance.now()
  await Promise.all(
    sessions.map(async (session, index) => {
      for (let done = 0; done < UNCONTENDED / count; done++) {
        await session.run`BEGIN`
        const update = session.start`UPDATE t SET v = v + 1 WHERE id = ${index + 1}`
        if ((await observer.endedOrBlocked(update)).status !== 'done') alarms++
        await update.result()
        await session.run`COMMIT`
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1_000
  console.log(
    `${UNCONTENDED} uncontended updates by ${count} sessions in ${seconds.toFixed(1)} s: ${alarms} false alarms in ${log.dropped + log.entries.length} queries of the observer`,
  )
  await observer.close()
  await Promise.all(sessions.map((session) => session.close()))
  if (alarms > 0) throw new Error(`${alarms} statements that waited for nobody were called blocked`)
}

/** Point reads and writes a second, while an observer watches a statement that stays blocked, and while it does not. */
async function throughput(endpoint: Endpoint): Promise<Figure> {
  process.stderr.write('load beside a watched statement\n')
  const [holder, waiter] = await Promise.all(['holder', 'waiter'].map((name) => open(endpoint, name)))
  if (holder === undefined || waiter === undefined) throw new Error('no sessions')
  const loaders = await Promise.all(Array.from({ length: LOADERS }, (_, index) => open(endpoint, `load ${index}`)))
  const observer = observe(endpoint, [holder, waiter])
  await holder.script('BEGIN; UPDATE t SET v = 1 WHERE id = 8')
  await waiter.script('SET innodb_lock_wait_timeout = 600; BEGIN')
  const blocked = waiter.start`UPDATE t SET v = 2 WHERE id = 8`
  const watched = (): Promise<number> => load(loaders, () => observer.endedOrBlocked(blocked))
  const alone = (): Promise<number> => load(loaders, undefined)
  await watched()
  const { ours, peer } = await alternate(WINDOWS, watched, alone)
  await holder.run`ROLLBACK`
  await blocked.result()
  await observer.close()
  await Promise.all([holder, waiter, ...loaders].map((session) => session.close()))
  return {
    bench: 'blocked',
    title: `Point reads and writes of ${LOADERS} sessions beside an observer that watches a blocked statement`,
    unit: 'runs/s',
    better: 'higher',
    peer: 'the same load with no observer',
    oursSamples: ours,
    peerSamples: peer,
    target: 0.95,
  }
}

/** Pairs of a read and a write in each second. */
async function load(sessions: readonly Session[], watch: (() => Promise<unknown>) | undefined): Promise<number> {
  const begun = performance.now()
  const over = (): boolean => performance.now() - begun >= WINDOW_MS
  let pairs = 0
  const watching = async (): Promise<void> => {
    if (watch === undefined) return
    while (!over()) {
      await watch()
      await new Promise((resolve) => setTimeout(resolve, STAY_MS))
    }
  }
  const working = sessions.map(async (session, index) => {
    for (; !over(); pairs++) {
      await session.query`SELECT v FROM t WHERE id = ${index + 1}`
      await session.run`UPDATE t SET v = v + 1 WHERE id = ${index + 1}`
    }
  })
  const watched = watching()
  await Promise.all(working)
  // The pause after the last look is nobody's time: the load has ended.
  const milliseconds = performance.now() - begun
  await watched
  return (pairs * 1_000) / milliseconds
}
