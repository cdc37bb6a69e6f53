import { describe, expect, test } from 'vitest'
import type { Connection } from 'mysql2/promise'
import { column, foreignConnection, someServer } from './testing/real-tidb.ts'
import { changesServer, deriveUndo, stateToCapture, type ExecutedStatement } from './undo.ts'

describe('deriving', () => {
  test('what a statement is about to overwrite is named before it is sent', () => {
    expect(stateToCapture('SET GLOBAL a = 1, GLOBAL b = 2')).toEqual({ globalVariables: ['a', 'b'], grantees: [] })
    expect(stateToCapture("GRANT SELECT ON shop.* TO 'u'@'%', v")).toEqual({
      globalVariables: [],
      grantees: ["'u'@'%'", "'v'@'%'"],
    })
    expect(stateToCapture('INSERT INTO t VALUES (1)')).toEqual({ globalVariables: [], grantees: [] })
  })

  test('only statements that outlive a dropped database count as changing the server', () => {
    expect(['CREATE USER u', 'SET GLOBAL a = 1', 'CREATE DATABASE d'].map(changesServer)).toEqual([true, true, true])
    expect(['CREATE TABLE t (a INT)', 'SET a = 1', 'COMMIT'].map(changesServer)).toEqual([false, false, false])
  })

  test('IF NOT EXISTS that made nothing is not undone, for it is not the test’s', () => {
    const sql = 'CREATE DATABASE IF NOT EXISTS shop'
    expect(deriveUndo([{ sql, warnings: 1 }]).statements).toEqual([])
    expect(deriveUndo([{ sql }]).statements).toEqual([])
    expect(deriveUndo([{ sql, warnings: 0 }])).toMatchObject({
      statements: ['DROP DATABASE IF EXISTS `shop`'],
      createdDatabases: ['shop'],
    })
    expect(deriveUndo([{ sql: 'CREATE USER IF NOT EXISTS u', warnings: 1 }]).statements).toEqual([])
  })

  test('the leased database is left to the lease', () => {
    expect(deriveUndo([{ sql: 'CREATE DATABASE own' }, { sql: 'DROP DATABASE own' }], 'own')).toEqual({
      statements: [],
      createdDatabases: [],
      notUndone: [],
    })
  })

  test('bindings that were there before are not dropped; one that was replaced is named', () => {
    const sql = 'CREATE GLOBAL BINDING FOR SELECT 1 USING SELECT 1'
    const made = { sql, before: { bindings: { a: 'x' } }, after: { bindings: { a: 'x', b: 'y' } } }
    const dropped = { sql: 'DROP GLOBAL BINDING FOR SELECT 1', before: made.after, after: made.before }
    const replaced = { sql, before: { bindings: { a: 'x' } }, after: { bindings: { a: 'z' } } }
    const undo = "DROP GLOBAL BINDING FOR SQL DIGEST 'b'"
    expect(deriveUndo([made])).toMatchObject({ statements: [undo], notUndone: [] })
    expect(deriveUndo([made, dropped])).toMatchObject({ statements: [undo], notUndone: [] })
    expect(deriveUndo([replaced])).toMatchObject({ statements: [], notUndone: [sql] })
  })

  test('a name with a backtick or a quote stays one name', () => {
    expect(deriveUndo([{ sql: 'CREATE DATABASE `a``b.c`' }]).statements).toEqual(['DROP DATABASE IF EXISTS `a``b.c`'])
    expect(deriveUndo([{ sql: `CREATE USER 'o\\'neil'@'10.%'` }]).statements).toEqual([
      `DROP USER IF EXISTS 'o\\'neil'@'10.%'`,
    ])
  })

  test('what can’t be brought back is named', () => {
    const sql = [
      "ALTER USER somebody IDENTIFIED BY 'x'",
      'DROP DATABASE shop',
      'ALTER RESOURCE GROUP `default` RU_PER_SEC = 1',
    ]
    expect(deriveUndo(sql.map((each) => ({ sql: each }))).notUndone).toEqual(sql)
    expect(deriveUndo([{ sql: 'CREATE USER u' }, { sql: "ALTER USER u IDENTIFIED BY 'x'" }]).notUndone).toEqual([])
  })
})

test('a server looks as before once the undo has run', async () => {
  const { server } = await someServer()
  const connection = await foreignConnection(server.endpoint, 'test')
  await connection.query(`CREATE USER present`)
  await connection.query(`GRANT SELECT ON test.* TO present`)
  const look = async () => [
    await column(connection, "SELECT CONCAT(user, '@', host) FROM mysql.user ORDER BY 1"),
    await column(connection, 'SHOW GRANTS FOR present'),
    await column(connection, 'SELECT @@GLOBAL.max_connections'),
    await column(connection, "SELECT bind_sql FROM mysql.bind_info WHERE status <> 'deleted'"),
    await column(connection, 'SELECT name FROM information_schema.resource_groups'),
    await column(connection, 'SELECT policy_name FROM information_schema.placement_policies'),
    await column(connection, 'SHOW DATABASES'),
  ]
  const before = await look()

  const executed: ExecutedStatement[] = []
  for (const sql of [
    'CREATE DATABASE further',
    `CREATE USER 'Ann'@'10.%', bob IDENTIFIED BY 'secret, not a user'`,
    'CREATE ROLE reader',
    `GRANT reader TO 'Ann'@'10.%'`,
    'GRANT INSERT, DELETE ON test.* TO present',
    'REVOKE SELECT ON test.* FROM present',
    'SET GLOBAL max_connections = 17',
    'SET GLOBAL max_connections = 18',
    'CREATE TABLE t (id INT, KEY (id))',
    'CREATE GLOBAL BINDING FOR SELECT * FROM t WHERE id = 1 USING SELECT * FROM t IGNORE INDEX (id) WHERE id = 1',
    'CREATE RESOURCE GROUP slow RU_PER_SEC = 100',
    'CREATE PLACEMENT POLICY near FOLLOWERS = 1',
    'RENAME USER bob TO carol',
  ]) {
    const { globalVariables, grantees } = stateToCapture(sql)
    const variables: Record<string, string> = {}
    for (const name of globalVariables)
      variables[name] = String((await column(connection, `SELECT @@GLOBAL.${name}`))[0])
    const grants: Record<string, string[]> = {}
    for (const name of grantees) grants[name] = (await column(connection, `SHOW GRANTS FOR ${name}`)).map(String)
    const bindings = await bindingsOf(connection)
    await connection.query(sql)
    const after = { bindings: await bindingsOf(connection) }
    executed.push({ sql, before: { globalVariables: variables, grants, bindings }, after })
  }
  expect(await look()).not.toEqual(before)

  const { statements, notUndone } = deriveUndo(executed)
  expect(notUndone).toEqual([])
  await connection.query('USE mysql')
  for (const sql of statements) await connection.query(sql)
  expect(await look()).toEqual(before)
})

async function bindingsOf(connection: Connection): Promise<Record<string, string>> {
  const digests = (await column(connection, "SELECT sql_digest FROM mysql.bind_info WHERE status <> 'deleted'")).map(
    String,
  )
  return Object.fromEntries(digests.map((digest) => [digest, 'bound']))
}
