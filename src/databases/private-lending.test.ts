import { expect, test, vi } from 'vitest'
import { processesWhoseCommandHolds } from '../child-process/process-identity.ts'
import type { RunningBackend, RunningServer } from '../backends/backend.ts'
import { column, foreignConnection, openBroker, privateBackend, worker } from './testing/real-tidb.ts'

const eventually = { timeout: 20_000, interval: 20 }
const slot = 1

/** The backend with a list of the servers that it opened. */
async function watched(readyDatabases?: number): Promise<{ backend: RunningBackend; servers: RunningServer[] }> {
  const running = await privateBackend(readyDatabases)
  const servers: RunningServer[] = []
  const backend: RunningBackend = {
    ...running,
    openServer: async (signal) => {
      const server = await running.openServer(signal)
      servers.push(server)
      return server
    },
    stop: () => running.stop(),
  }
  return { backend, servers }
}

test('nothing is started before somebody asks, and one start serves all who ask at once', async () => {
  const { backend } = await watched()
  const start = vi.fn<() => Promise<RunningBackend>>(() => Promise.resolve(backend))
  const broker = await openBroker(start)
  const [one, other] = [await worker(broker), await worker(broker)]
  expect(start).not.toHaveBeenCalled()
  const grants = await Promise.all([
    one.acquireServer({ slot: 1, pid: 1 }),
    one.acquireServer({ slot: 1, pid: 1 }),
    other.acquireServer({ slot: 2, pid: 2 }),
  ])
  expect(start).toHaveBeenCalledTimes(1)
  expect(grants[0].serverId).toBe(grants[1].serverId)
  expect(grants[0].serverId).not.toBe(grants[2].serverId)
})

test('the workers of a slot, one after another, get the same server, and each test a database nobody had', async () => {
  const { backend, servers } = await watched()
  const broker = await openBroker(() => Promise.resolve(backend))
  const seen = new Set<string>()
  for (const pid of [101, 102, 103]) {
    const client = await worker(broker)
    await client.acquireServer({ slot, pid })
    const lease = await client.leaseDatabase({ slot })
    const connection = await foreignConnection(lease.server.endpoint, lease.database)
    expect(await column(connection, 'SHOW TABLES')).toEqual([])
    await connection.query('CREATE TABLE t (id INT)')
    await connection.end()
    seen.add(lease.database)
    expect(await client.returnDatabase(lease.id, { outcome: 'dirty' })).toEqual({ serverReplaced: false })
    client.close()
  }
  expect(seen.size).toBe(3)
  expect(servers).toHaveLength(1)
})

test('a database that comes back clean is lent again', async () => {
  const { backend } = await watched()
  const client = await worker(await openBroker(() => Promise.resolve(backend)))
  const lease = await client.leaseDatabase({ slot })
  await client.returnDatabase(lease.id, { outcome: 'clean' })
  expect((await client.leaseDatabase({ slot })).database).toBe(lease.database)
})

test('a new server takes over before the ready databases of the old one end, which then stops', async () => {
  const { backend, servers } = await watched(6)
  const client = await worker(await openBroker(() => Promise.resolve(backend)))
  const used: string[] = []
  for (let index = 0; index < 14; index++) {
    const lease = await client.leaseDatabase({ slot })
    const connection = await foreignConnection(lease.server.endpoint, lease.database)
    expect(await column(connection, 'SHOW TABLES')).toEqual([])
    await connection.query('CREATE TABLE t (id INT)')
    await connection.end()
    used.push(`${lease.server.serverId} ${lease.database}`)
    if (index === 4) await vi.waitFor(() => expect(servers.length).toBeGreaterThan(1), eventually)
    await client.returnDatabase(lease.id, { outcome: 'dirty' })
  }
  expect(new Set(used).size).toBe(14)
  await vi.waitFor(() => {
    expect(processesWhoseCommandHolds(`-path ${servers[0]?.dataDirectory}`)).toEqual([])
  }, eventually)
})

test.each([
  ['an account', 'CREATE USER someone'],
  ['a role', 'CREATE ROLE reader'],
  ['a privilege', 'GRANT SELECT ON test.* TO root'],
  ['a GLOBAL variable', 'SET GLOBAL tidb_txn_mode = "optimistic"'],
  ['a GLOBAL variable that lives in memory only', 'SET GLOBAL tidb_slow_log_threshold = 123'],
  ['the GC life time', 'SET GLOBAL tidb_gc_life_time = "30m"'],
  [
    'a binding',
    'CREATE GLOBAL BINDING FOR SELECT * FROM mysql.user USING SELECT /*+ MAX_EXECUTION_TIME(9) */ * FROM mysql.user',
  ],
  ['a database', 'CREATE DATABASE further'],
  ['a table in another database', 'CREATE TABLE test.t (id INT)'],
  ['another ready database', 'CREATE TABLE vt_005.t (id INT)'],
  ['a dropped database', 'DROP DATABASE test'],
  ['a resource group', 'CREATE RESOURCE GROUP slow RU_PER_SEC = 100'],
  ['the default resource group', 'ALTER RESOURCE GROUP `default` RU_PER_SEC = 1000000'],
  ['a placement policy', 'CREATE PLACEMENT POLICY near FOLLOWERS = 1'],
])('a server on which a test left %s, over a connection of its own, is replaced', async (_what, sql) => {
  const { backend } = await watched()
  const client = await worker(await openBroker(() => Promise.resolve(backend)))
  const lease = await client.leaseDatabase({ slot })
  const connection = await foreignConnection(lease.server.endpoint)
  await connection.query(sql)
  await connection.end()
  expect(await client.returnDatabase(lease.id, { outcome: 'dirty' })).toEqual({ serverReplaced: true })
  expect((await client.leaseDatabase({ slot })).server.serverId).not.toBe(lease.server.serverId)
})

test('a server is kept when a test has put everything back, or the undo it gave has', async () => {
  const { backend } = await watched()
  const client = await worker(await openBroker(() => Promise.resolve(backend)))
  const lease = await client.leaseDatabase({ slot })
  const connection = await foreignConnection(lease.server.endpoint, lease.database)
  for (const sql of [
    'CREATE DATABASE further',
    'CREATE TABLE further.t (id INT)',
    'DROP DATABASE further',
    'CREATE USER u',
    'DROP USER u',
    'CREATE TABLE t (id INT, KEY (id))',
    'CREATE GLOBAL BINDING FOR SELECT * FROM t USING SELECT * FROM t IGNORE INDEX (id)',
    'DROP GLOBAL BINDING FOR SELECT * FROM t',
    'ANALYZE TABLE t',
    'ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
    'CREATE USER left_for_undo',
  ]) {
    await connection.query(sql)
  }
  await connection.end()
  const undo = ['DROP USER left_for_undo']
  expect(await client.returnDatabase(lease.id, { outcome: 'dirty', undo })).toEqual({ serverReplaced: false })
})

test('a worker that goes in mid-test leaves no session, and the next one gets a clean database', async () => {
  const { backend } = await watched()
  const broker = await openBroker(() => Promise.resolve(backend))
  const first = await worker(broker)
  await first.acquireServer({ slot, pid: 101 })
  const lease = await first.leaseDatabase({ slot })
  const connection = await foreignConnection(lease.server.endpoint, lease.database)
  const elsewhere = await foreignConnection(lease.server.endpoint, 'test')
  await connection.query('CREATE TABLE t (id INT)')
  await connection.query('BEGIN')
  await connection.query('INSERT INTO t VALUES (1)')
  const sleeping = expect(elsewhere.query('SELECT SLEEP(60)')).rejects.toThrow()
  first.close()

  const second = await worker(broker)
  const grant = await second.acquireServer({ slot, pid: 102 })
  await sleeping
  await expect(connection.query('SELECT 1')).rejects.toThrow()
  const observer = await foreignConnection(grant.endpoint)
  expect(await column(observer, 'SELECT id FROM information_schema.tidb_trx')).toEqual([])
  expect((await second.leaseDatabase({ slot })).database).not.toBe(lease.database)
})

test('a new worker takes a slot over from one whose connection is still open', async () => {
  const { backend } = await watched()
  const broker = await openBroker(() => Promise.resolve(backend))
  const first = await worker(broker)
  await first.acquireServer({ slot, pid: 101 })
  const lease = await first.leaseDatabase({ slot })
  const connection = await foreignConnection(lease.server.endpoint, lease.database)
  await connection.query('CREATE TABLE t (id INT)')
  await (await worker(broker)).acquireServer({ slot, pid: 102 })
  await expect(connection.query('SELECT 1')).rejects.toThrow()
  await expect(first.returnDatabase(lease.id, { outcome: 'dirty' })).rejects.toMatchObject({
    code: 'DATABASE_NOT_LENT',
  })
})

test('a server that is killed under a lease is replaced, and its holder is told how it ended', async () => {
  const { backend, servers } = await watched()
  const client = await worker(await openBroker(() => Promise.resolve(backend)))
  const lease = await client.leaseDatabase({ slot })
  const pids = processesWhoseCommandHolds(`-path ${servers[0]?.dataDirectory}`)
  expect(pids).toHaveLength(1)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await expect(client.returnDatabase(lease.id, { outcome: 'dirty' })).rejects.toMatchObject({
    code: 'BACKEND_SERVER_DIED',
    message: expect.stringContaining('SIGKILL'),
  })
  await vi.waitFor(() => expect(client.deathOf(lease.server.serverId)?.message).toContain('SIGKILL'), eventually)
  const next = await client.leaseDatabase({ slot })
  expect(next.server.serverId).not.toBe(lease.server.serverId)
  const connection = await foreignConnection(next.server.endpoint, next.database)
  expect(await column(connection, 'SELECT 1')).toEqual([1])
})

test('a server of its own ends when it is given back, and with its worker', async () => {
  const { backend, servers } = await watched()
  const client = await worker(await openBroker(() => Promise.resolve(backend)))
  const given = await client.openPrivateServer({ slot })
  await client.openPrivateServer({ slot })
  await client.closePrivateServer(given.id)
  expect(processesWhoseCommandHolds(`-path ${servers[0]?.dataDirectory}`)).toEqual([])
  expect(processesWhoseCommandHolds(`-path ${servers[1]?.dataDirectory}`)).toHaveLength(1)
  client.close()
  await vi.waitFor(() => {
    expect(processesWhoseCommandHolds(`-path ${servers[1]?.dataDirectory}`)).toEqual([])
  }, eventually)
})

test('a database can be kept, unless keeping is switched off', async () => {
  for (const keepDatabase of ['on-failure', 'never'] as const) {
    const { backend } = await watched()
    const broker = await openBroker(() => Promise.resolve(backend), { keepDatabase })
    const client = await worker(broker)
    const lease = await client.leaseDatabase({ slot })
    await client.returnDatabase(lease.id, { outcome: 'keep', test: 'it failed' })
    expect((await client.leaseDatabase({ slot })).database).not.toBe(lease.database)
    const kept = await broker.stop()
    expect(kept.map(({ database, test: name }) => [database, name])).toEqual(
      keepDatabase === 'never' ? [] : [[lease.database, 'it failed']],
    )
  }
})

test('the broker stops what it started, and says so to whoever asks later', async () => {
  const { backend, servers } = await watched()
  const broker = await openBroker(() => Promise.resolve(backend))
  const client = await worker(broker)
  await client.leaseDatabase({ slot })
  await Promise.all([broker.stop(), broker.stop()])
  expect(processesWhoseCommandHolds(`-path ${servers[0]?.dataDirectory}`)).toEqual([])
  await expect(client.leaseDatabase({ slot })).rejects.toMatchObject({ code: 'DATABASE_BROKER_LOST' })
  await expect(worker(broker)).rejects.toMatchObject({ code: 'DATABASE_BROKER_LOST' })
})
