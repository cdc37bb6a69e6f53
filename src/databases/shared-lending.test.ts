import { expect, test, vi } from 'vitest'
import type { Endpoint } from '../connections/endpoint.ts'
import { column, databasesOf, foreignConnection, openBroker, someServer, worker } from './testing/real-tidb.ts'
import { schemaOf } from './schema.ts'

const slot = 1
const eventually = { timeout: 20_000, interval: 20 }

async function tablesIn(endpoint: Endpoint, database: string): Promise<unknown[]> {
  const connection = await foreignConnection(endpoint, database)
  const tables = await column(connection, 'SHOW TABLES')
  await connection.end()
  return tables
}

test('databases go round: many more tests than databases, each finds its own empty', { timeout: 120_000 }, async () => {
  const { server, external } = await someServer()
  const broker = await openBroker(external)
  const client = await worker(broker)
  const names = new Set<string>()
  for (let index = 0; index < 120; index++) {
    const lease = await client.leaseDatabase({ slot })
    names.add(lease.database)
    const connection = await foreignConnection(server.endpoint, lease.database)
    expect(await column(connection, 'SHOW TABLES')).toEqual([])
    expect(await column(connection, 'SELECT @@collation_database')).toEqual(['utf8mb4_bin'])
    await connection.query('CREATE TABLE parent (id BIGINT PRIMARY KEY)')
    await connection.query(
      'CREATE TABLE child (id BIGINT PRIMARY KEY, parent BIGINT, FOREIGN KEY (parent) REFERENCES parent (id))',
    )
    if (index % 10 === 1) await connection.query('CREATE VIEW v AS SELECT * FROM parent')
    if (index % 10 === 2) await connection.query('CREATE SEQUENCE s')
    if (index % 10 === 3) await connection.query('ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci')
    await connection.query('INSERT INTO parent VALUES (1)')
    await connection.end()
    await client.returnDatabase(lease.id, { outcome: 'dirty' })
  }
  expect(names.size).toBeLessThan(40)
  await broker.stop()
  expect(await databasesOf(server.endpoint)).toEqual([])
  expect(broker.lines).toEqual([])
})

test('a schema is there for each test as if it were new, counters and rows too', { timeout: 120_000 }, async () => {
  const { server, external } = await someServer()
  const schema = await schemaOf(
    `CREATE TABLE account (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(9));
     CREATE TABLE country (code CHAR(2) PRIMARY KEY); INSERT INTO country VALUES ('CH'), ('JP')`,
    'schema.sql',
  )
  const client = await worker(await openBroker(external, { schema }))
  const changes = [
    `INSERT INTO account (name) VALUES ('Ann')`,
    `DELETE FROM country`,
    `ALTER TABLE account ADD COLUMN more INT`,
    `DROP TABLE country`,
    `CREATE TABLE extra (id INT)`,
    `UPDATE country SET code = 'XX' WHERE code = 'CH'`,
    `SELECT 1`,
  ]
  for (let index = 0; index < 60; index++) {
    const lease = await client.leaseDatabase({ slot })
    const connection = await foreignConnection(server.endpoint, lease.database)
    expect(await column(connection, 'SHOW TABLES')).toEqual(['account', 'country'])
    expect(await column(connection, 'SELECT code FROM country ORDER BY code')).toEqual(['CH', 'JP'])
    expect(await column(connection, 'SHOW COLUMNS FROM account')).toEqual(['id', 'name'])
    await connection.query(`INSERT INTO account (name) VALUES ('first')`)
    expect(await column(connection, 'SELECT id FROM account')).toEqual([1])
    await connection.query(changes[index % changes.length] as string)
    await connection.end()
    await client.returnDatabase(lease.id, { outcome: 'dirty' })
  }
})

test('a schema that fails names its file and its statement', async () => {
  const { external } = await someServer()
  const client = await worker(
    await openBroker(external, { schema: await schemaOf('CREATE TABLE a (id INT); CREATE TABEL b', 'shop.sql') }),
  )
  await expect(client.leaseDatabase({ slot })).rejects.toMatchObject({
    code: 'DATABASE_SCHEMA_FAILED',
    message: expect.stringMatching(/shop\.sql[\s\S]*CREATE TABEL b/u),
  })
})

test('what still uses a returned database is ended, and the database made anew', async () => {
  const { server, external } = await someServer()
  const client = await worker(await openBroker(external))
  const lease = await client.leaseDatabase({ slot })
  const connection = await foreignConnection(server.endpoint)
  await connection.query(`USE ${lease.database}`)
  await connection.query('CREATE TABLE t (id INT)')
  await connection.query('BEGIN')
  await connection.query('INSERT INTO t VALUES (1)')
  await client.returnDatabase(lease.id, { outcome: 'dirty' })
  await expect(connection.query('SELECT 1')).rejects.toThrow()
})

test('what a worker held comes back when it goes', async () => {
  const { server, external } = await someServer()
  const broker = await openBroker(external)
  const client = await worker(broker)
  const lease = await client.leaseDatabase({ slot })
  const connection = await foreignConnection(server.endpoint)
  await connection.query(`USE ${lease.database}`)
  const sleeping = expect(connection.query('SELECT SLEEP(60)')).rejects.toThrow()
  const observer = await foreignConnection(server.endpoint)
  const running = `SELECT id FROM information_schema.processlist WHERE db = '${lease.database}' AND info LIKE 'SELECT SLEEP%'`
  await vi.waitFor(async () => expect(await column(observer, running)).toHaveLength(1), { timeout: 20_000 })
  client.close()
  await sleeping
})

test('undo runs before the return is answered', async () => {
  const { server, external } = await someServer()
  const client = await worker(await openBroker(external))
  const lease = await client.leaseDatabase({ slot })
  const connection = await foreignConnection(server.endpoint)
  await connection.query('CREATE DATABASE further')
  await connection.query('CREATE PLACEMENT POLICY near FOLLOWERS = 1')
  await connection.query(`CREATE TABLE ${lease.database}.t (id INT) PLACEMENT POLICY = near`)
  await client.returnDatabase(lease.id, {
    outcome: 'dirty',
    undo: ['DROP PLACEMENT POLICY IF EXISTS near', 'DROP DATABASE IF EXISTS further'],
  })
  expect(await databasesOf(server.endpoint)).not.toContain('further')
  expect(await column(connection, 'SELECT policy_name FROM information_schema.placement_policies')).toEqual([])
})

test('a server of its own is refused, with the backends that have one', async () => {
  const { external } = await someServer()
  const client = await worker(await openBroker(external))
  await expect(client.openPrivateServer({ slot })).rejects.toMatchObject({
    code: 'DATABASE_NO_PRIVATE_SERVER',
    message: expect.stringContaining("'embedded'"),
  })
})

test('two runs on one server at the same time leave each other alone', async () => {
  const { server, external } = await someServer()
  const one = await openBroker(external)
  const first = await (await worker(one)).leaseDatabase({ slot })
  const connection = await foreignConnection(server.endpoint, first.database)
  await connection.query('CREATE TABLE mine (id INT)')
  const other = await openBroker(external)
  const second = await (await worker(other)).leaseDatabase({ slot })
  expect(second.database).not.toBe(first.database)
  expect(await column(connection, 'SHOW TABLES')).toEqual(['mine'])
  await other.stop()
  expect(await column(connection, 'SHOW TABLES')).toEqual(['mine'])
  await connection.end()
  await one.stop()
  expect(await databasesOf(server.endpoint)).toEqual([])
})

test('databases of a run that died are dropped by the next; those of others and kept ones are not', async () => {
  const { server, external } = await someServer()
  const connection = await foreignConnection(server.endpoint)
  const others = [
    'vitest_tidb_mine',
    'vitest_tidb_0123abcd',
    'vitest_tidb_0123abcd_1_copy',
    'vitest_tidb_0123ABCX_1',
    'shop',
  ]
  for (const name of [...others, 'vitest_tidb_0123abcd_1', 'vitest_tidb_0123abcd_trash1'])
    await connection.query(`CREATE DATABASE ${name}`)

  const broker = await openBroker(external)
  const client = await worker(broker)
  const lease = await client.leaseDatabase({ slot })
  await client.returnDatabase(lease.id, { outcome: 'keep', test: 'it failed' })
  expect(await databasesOf(server.endpoint)).not.toContain('vitest_tidb_0123abcd_1')
  expect(await databasesOf(server.endpoint)).not.toContain('vitest_tidb_0123abcd_trash1')
  expect(await broker.stop()).toMatchObject([{ database: lease.database, test: 'it failed' }])

  const next = await openBroker(external)
  await (await worker(next)).leaseDatabase({ slot })
  await next.stop()
  expect((await databasesOf(server.endpoint)).toSorted()).toEqual(
    [...others, lease.database, `${lease.database}_kept`].toSorted(),
  )
})

test('the databases of a run stay while its lock is held, and go once its connection is lost', async () => {
  const { server, external } = await someServer()
  const holder = await foreignConnection(server.endpoint)
  await holder.query('CREATE DATABASE vitest_tidb_0123abcd_1')
  await holder.query("SELECT GET_LOCK('vitest_tidb_0123abcd', 0)")
  const visit = async (): Promise<string[]> => {
    const broker = await openBroker(external)
    await (await worker(broker)).acquireServer({ slot, pid: 1 })
    await broker.stop()
    return databasesOf(server.endpoint)
  }
  expect(await visit()).toEqual(['vitest_tidb_0123abcd_1'])
  holder.destroy()
  await vi.waitFor(async () => expect(await visit()).toEqual([]), eventually)
})

test('eight slots at once get databases of their own', { timeout: 120_000 }, async () => {
  const { server, external } = await someServer()
  const broker = await openBroker(external)
  const held = new Set<string>()
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const client = await worker(broker)
      for (let round = 0; round < 6; round++) {
        const lease = await client.leaseDatabase({ slot: index + 1 })
        expect(held).not.toContain(lease.database)
        held.add(lease.database)
        expect(await tablesIn(server.endpoint, lease.database)).toEqual([])
        const connection = await foreignConnection(server.endpoint, lease.database)
        await connection.query('CREATE TABLE t (id INT)')
        await connection.end()
        held.delete(lease.database)
        await client.returnDatabase(lease.id, { outcome: 'dirty' })
      }
    }),
  )
})
