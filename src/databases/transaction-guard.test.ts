import type { Connection, ResultSetHeader } from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { isTidbTestError } from '../errors/tidb-test-error.ts'
import { column, foreignConnection, someServer } from './testing/real-tidb.ts'
import { TransactionGuard } from './transaction-guard.ts'

const codeOf = (work: () => void): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return isTidbTestError(error) ? error.code : String(error)
  }
}

async function startedGuard(): Promise<TransactionGuard> {
  const guard = new TransactionGuard()
  await guard.start(() => Promise.resolve())
  return guard
}

describe('before anything is sent', () => {
  test.each([
    'CREATE TABLE t (a INT)',
    'DROP INDEX i ON t',
    'TRUNCATE t',
    'CREATE DATABASE d',
    'BEGIN',
    'COMMIT',
    'ROLLBACK',
    'CREATE USER u',
    'GRANT SELECT ON *.* TO u',
    'SET autocommit = 1',
    'SELECT 1; COMMIT',
    '/*! COMMIT */',
  ])('%s is refused as ending the transaction', async (sql) => {
    const guard = await startedGuard()
    expect(codeOf(() => guard.beforeSend(sql))).toBe('IMPLICIT_COMMIT_REFUSED')
  })

  test.each(['SET GLOBAL a = 1', "SET PASSWORD = 'x'", 'KILL 5', 'CREATE GLOBAL BINDING FOR SELECT 1 USING SELECT 1'])(
    '%s is refused as changing the server',
    async (sql) => {
      const guard = await startedGuard()
      expect(codeOf(() => guard.beforeSend(sql))).toBe('GLOBAL_STATEMENT_REFUSED')
    },
  )

  test.each([
    'SELECT 1',
    'INSERT INTO t VALUES (1)',
    'SAVEPOINT a',
    'ROLLBACK TO a',
    'CREATE TEMPORARY TABLE t (a INT)',
    'ANALYZE TABLE t',
    'SET autocommit = 0',
    'SET @a = 1',
  ])('%s goes through', async (sql) => {
    const guard = await startedGuard()
    expect(codeOf(() => guard.beforeSend(sql))).toBeUndefined()
  })

  test('EXECUTE is judged by what was prepared, by a literal or by a variable', async () => {
    const guard = await startedGuard()
    guard.beforeSend("PREPARE make FROM 'CREATE TABLE t (a INT)'")
    expect(codeOf(() => guard.beforeSend('EXECUTE make'))).toBe('IMPLICIT_COMMIT_REFUSED')
    guard.beforeSend("SET @sql = 'COMMIT'")
    guard.beforeSend('PREPARE make FROM @sql')
    expect(codeOf(() => guard.beforeSend('EXECUTE MAKE'))).toBe('IMPLICIT_COMMIT_REFUSED')
    guard.beforeSend("PREPARE make FROM 'SELECT 1'")
    expect(codeOf(() => guard.beforeSend('EXECUTE make'))).toBeUndefined()
  })

  test('the message names the statement', async () => {
    const guard = await startedGuard()
    expect(() => guard.beforeSend('DROP TABLE account')).toThrow(/DROP TABLE account/u)
  })
})

describe('on a real TiDB', () => {
  async function opened(): Promise<{
    connection: Connection
    other: Connection
    send: (sql: string) => Promise<void>
    guard: TransactionGuard
    finish: () => Promise<void>
  }> {
    const { server } = await someServer()
    const connection = await foreignConnection(server.endpoint, 'test')
    const other = await foreignConnection(server.endpoint, 'test')
    await connection.query('CREATE TABLE t (id INT)')
    const guard = new TransactionGuard()
    const execute = (sql: string): Promise<unknown> => connection.query(sql)
    await guard.start(execute)
    const send = async (sql: string): Promise<void> => {
      guard.beforeSend(sql)
      const [reply] = await connection.query(sql)
      const serverStatus = Array.isArray(reply)
        ? undefined
        : (reply as ResultSetHeader & { serverStatus: number }).serverStatus
      guard.afterReply({ sql, serverStatus })
    }
    return { connection, other, send, guard, finish: () => guard.finish(execute) }
  }

  test('what a test wrote is gone at the end', async () => {
    const { other, send, finish } = await opened()
    await send('INSERT INTO t VALUES (1)')
    await send('SAVEPOINT a')
    await send('INSERT INTO t VALUES (2)')
    await send('ROLLBACK TO a')
    await finish()
    expect(await column(other, 'SELECT id FROM t')).toEqual([])
  })

  test('DDL in a statement that could not be read is detected by the status flag and named', async () => {
    const { other, send, finish } = await opened()
    await send('INSERT INTO t VALUES (1)')
    await send("SET @sql = CONCAT('CREATE TABLE ', 'u (id INT)')")
    await send('PREPARE made FROM @sql')
    await send('EXECUTE made')
    await expect(finish()).rejects.toMatchObject({
      code: 'IMPLICIT_COMMIT_DETECTED',
      message: expect.stringContaining('EXECUTE made'),
    })
    expect(await column(other, 'SELECT id FROM t')).toEqual([1])
  })

  test('a transaction that was replaced by another is detected by the savepoint', async () => {
    const { send, finish } = await opened()
    await send('INSERT INTO t VALUES (1)')
    await send("SET @sql = CONCAT('BEG', 'IN')")
    await send('PREPARE made FROM @sql')
    await send('EXECUTE made')
    await expect(finish()).rejects.toMatchObject({
      code: 'IMPLICIT_COMMIT_DETECTED',
      message: expect.stringContaining('EXECUTE made'),
    })
  })

  test('every statement that is refused for ending the transaction does end it', async () => {
    const { connection, other } = await opened()
    await connection.query('ROLLBACK')
    for (const sql of [
      'CREATE TABLE u (a INT)',
      'TRUNCATE u',
      'BEGIN',
      'CREATE USER u',
      'GRANT SELECT ON test.* TO u',
      'SET autocommit = 1',
      'COMMIT',
    ]) {
      await connection.query('SET autocommit = 0')
      await connection.query('DELETE FROM t')
      await connection.query('COMMIT')
      await connection.query('INSERT INTO t VALUES (7)')
      await connection.query(sql)
      expect([sql, await column(other, 'SELECT id FROM t')]).toEqual([sql, [7]])
    }
  })
})
