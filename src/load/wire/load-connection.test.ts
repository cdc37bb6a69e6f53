import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { openSession } from '../../connections/open-session.ts'
import { loadServer, type LoadServer } from '../testing/load-server.ts'
import { LoadConnection } from './load-connection.ts'

let server: LoadServer

beforeAll(async () => {
  server = await loadServer()
  return server.stop
})

async function connect(): Promise<LoadConnection> {
  const connection = await LoadConnection.open({
    endpoint: server.endpoint,
    database: 'test',
    connectTimeout: 30_000,
    name: 'load-1',
  })
  onTestFinished(() => connection.close())
  return connection
}

test('values of every kind go there and back as they are', async () => {
  const connection = await connect()
  await connection.query('DROP TABLE IF EXISTS kinds')
  await connection.query(
    `CREATE TABLE kinds (i BIGINT, u BIGINT UNSIGNED, t TINYINT, d DOUBLE, n DECIMAL(20, 2), s VARCHAR(1000), b BLOB,
      day DATE, moment DATETIME(6), span TIME, j JSON, nothing INT)`,
  )
  const long = `it's \\ "ü" ${'x'.repeat(600)}`
  const values = [
    -5_000_000_000,
    18_446_744_073_709_551_615n,
    -128,
    1.5,
    '12.30',
    long,
    new Uint8Array([65, 66]),
    '2026-02-03',
    '2026-02-03 04:05:06.000007',
    '-25:01:02',
    '{"a": 1}',
    null,
  ]
  await expect(
    connection.execute(`INSERT INTO kinds VALUES (${values.map(() => '?').join(', ')})`, values),
  ).resolves.toBe(1)
  const expected = values.map((value) => (value instanceof Uint8Array ? 'AB' : value))
  await expect(connection.rows('SELECT * FROM kinds')).resolves.toEqual([expected])
})

test('a statement is prepared once, and rows are counted', async () => {
  const connection = await connect()
  for (const n of [1, 2, 3]) {
    await expect(connection.execute('SELECT 1 WHERE ? > 1 UNION ALL SELECT 2', [n])).resolves.toBe(n > 1 ? 2 : 1)
  }
  expect(connection.statements).toBe(3)
})

test('a failed statement says what failed, and the connection goes on', async () => {
  const connection = await connect()
  await expect(connection.execute('SELECT * FROM nowhere')).rejects.toMatchObject({
    name: 'StatementError',
    code: 'ER_NO_SUCH_TABLE',
    errno: 1146,
    outcome: 'permanent',
    session: 'load-1',
  })
  await expect(connection.execute('SELECT ?', [1])).resolves.toBe(1)
  await expect(connection.execute('SELECT ?, ?', [1])).rejects.toMatchObject({ code: 'LOAD_VALUES' })
  await expect(connection.execute('SELECT ?', [new Date() as never])).rejects.toMatchObject({ code: 'LOAD_VALUE' })
  await expect(connection.execute('SELECT ?', [2])).resolves.toBe(1)
})

test('two statements at a time are refused', async () => {
  const connection = await connect()
  const first = connection.query('SELECT SLEEP(0.05)')
  await expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: 'LOAD_TWO_STATEMENTS' })
  await expect(first).resolves.toBe(1)
})

test('a large result is counted to its end', async () => {
  const connection = await connect()
  await connection.query('SET SESSION cte_max_recursion_depth = 5000')
  const numbers = 'WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5000)'
  await expect(connection.execute(`${numbers} SELECT n, REPEAT('x', 200) FROM c`)).resolves.toBe(5_000)
  await expect(connection.rows(`${numbers} SELECT n FROM c`)).resolves.toHaveLength(5_000)
})

test('a killed connection fails what was under way: a COMMIT with an unknown outcome, a read with a transient one', async () => {
  const session = await openSession({ endpoint: server.endpoint, name: 'other' })
  onTestFinished(() => session.close())
  const connection = await connect()
  const [[id] = []] = await connection.rows('SELECT CONNECTION_ID()')
  const sleeping = connection.query('SELECT SLEEP(20)')
  const failed = expect(sleeping).rejects.toMatchObject({ outcome: 'transient' })
  await expect
    .poll(() => session.query`SELECT info FROM information_schema.processlist WHERE id = ${Number(id)}`)
    .toMatchObject([{ info: 'SELECT SLEEP(20)' }])
  await session.script(`KILL ${Number(id)}`)
  await failed
  await expect.poll(() => connection.lost === undefined).toBe(false)
  await expect(connection.query('COMMIT')).rejects.toMatchObject({ code: 'CONNECT_LOST', outcome: 'unknown' })
})

test('a statement without an answer is given up', async () => {
  const connection = await connect()
  const sleeping = connection.query('SELECT SLEEP(20)')
  const failed = expect(sleeping).rejects.toMatchObject({ code: 'CONNECT_LOST', message: /no answer within 1 ms/ })
  await expect
    .poll(() => {
      connection.cutAfter(1)
      return connection.lost === undefined
    })
    .toBe(false)
  await failed
})

test('a wrong password is told as by any session', async () => {
  const endpoint = { ...server.endpoint, user: 'nobody' }
  await expect(LoadConnection.open({ endpoint, connectTimeout: 30_000, name: 'load-1' })).rejects.toMatchObject({
    name: 'ConnectError',
    code: 'CONNECT_DENIED',
  })
})
