import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { classifyStatements, setAssignments } from './statement-kind.ts'

const kinds = (sql: string): string[] => classifyStatements(sql).map(({ kind }) => kind)

test.each([
  ['SELECT 1', 'query'],
  ['(SELECT 1) UNION (SELECT 2)', 'query'],
  ['with x as (select 1) select * from x', 'query'],
  ['WITH x AS (SELECT 1) DELETE FROM t WHERE id IN (SELECT * FROM x)', 'dml'],
  ['show tables', 'query'],
  ['EXPLAIN ANALYZE UPDATE t SET a = 1', 'dml'],
  ['INSERT INTO t VALUES (1)', 'dml'],
  ['LOAD DATA LOCAL INFILE "x" INTO TABLE t', 'dml'],
  ['CREATE TABLE t (id INT)', 'ddl'],
  ['CREATE GLOBAL TEMPORARY TABLE t (id INT) ON COMMIT DELETE ROWS', 'ddl'],
  ['CREATE TEMPORARY TABLE t (id INT)', 'temporary-table'],
  ['DROP TEMPORARY TABLE t', 'temporary-table'],
  ['CREATE UNIQUE INDEX i ON t (a)', 'ddl'],
  ['CREATE OR REPLACE VIEW v AS SELECT 1', 'ddl'],
  ['CREATE SEQUENCE s', 'ddl'],
  ['TRUNCATE t', 'ddl'],
  ['RENAME TABLE a TO b', 'ddl'],
  ['FLASHBACK TABLE t', 'ddl'],
  ['CREATE DATABASE IF NOT EXISTS d', 'create-database'],
  ['drop schema d', 'drop-database'],
  ['ALTER DATABASE d CHARACTER SET utf8mb4', 'ddl'],
  ['BEGIN PESSIMISTIC', 'begin'],
  ['START TRANSACTION READ ONLY', 'begin'],
  ['COMMIT', 'commit'],
  ['ROLLBACK', 'rollback'],
  ['ROLLBACK TO SAVEPOINT a', 'rollback-to-savepoint'],
  ['ROLLBACK TO a', 'rollback-to-savepoint'],
  ['RELEASE SAVEPOINT a', 'savepoint'],
  ['SET @a = 1', 'set'],
  ['SET SESSION sql_mode = ""', 'set'],
  ['SET autocommit = 1', 'set-autocommit'],
  ['SET @@autocommit = 0', 'set-autocommit'],
  ['SET GLOBAL x = 1', 'set-global'],
  ['SET @@GLOBAL.x = 1', 'set-global'],
  ['SET SESSION a = 1, @@global.b = 2', 'set-global'],
  ['SET PERSIST x = 1', 'set-global'],
  ["SET PASSWORD FOR u = 'x'", 'set-password'],
  ['SET DEFAULT ROLE r TO u', 'account'],
  ['SET ROLE r', 'set'],
  ['CREATE USER u', 'account'],
  ['CREATE ROLE r', 'account'],
  ['RENAME USER a TO b', 'account'],
  ['GRANT SELECT ON *.* TO u', 'account'],
  ['REVOKE r FROM u', 'account'],
  ['CREATE GLOBAL BINDING FOR SELECT 1 USING SELECT 1', 'global-binding'],
  ['CREATE SESSION BINDING FOR SELECT 1 USING SELECT 1', 'session-binding'],
  ['CREATE BINDING FOR SELECT 1 USING SELECT 1', 'session-binding'],
  ['CREATE RESOURCE GROUP g RU_PER_SEC = 1', 'resource-group'],
  ['CREATE PLACEMENT POLICY p FOLLOWERS = 1', 'placement-policy'],
  ['LOCK TABLES t READ', 'lock-tables'],
  ['PREPARE p FROM "x"', 'prepare'],
  ['EXECUTE p', 'execute'],
  ['DROP PREPARE p', 'deallocate'],
  ['KILL TIDB 5', 'kill'],
  ['ANALYZE TABLE t', 'other'],
  ['ADMIN CHECK TABLE t', 'other'],
])('%s is classified as %s', (sql, kind) => {
  expect(kinds(sql)).toEqual([kind])
})

test('comments hide nothing and add nothing', () => {
  expect(kinds('/* BEGIN; */ -- COMMIT;\n# DROP\nSELECT 1')).toEqual(['query'])
  expect(kinds('/*!40101 CREATE */ /*T! TABLE */ t (id INT)')).toEqual(['ddl'])
  expect(kinds('/*T![clustered_index] COMMIT */')).toEqual(['commit'])
  expect(kinds('-- nothing')).toEqual([])
  expect(kinds('SELECT 1--1')).toEqual(['query'])
})

test('semicolons part statements, but not inside of quotes', () => {
  expect(classifyStatements(`INSERT INTO t VALUES (';', "a\\";b", ';''');COMMIT ; ;`).map(({ sql }) => sql)).toEqual([
    `INSERT INTO t VALUES (';', "a\\";b", ';''')`,
    'COMMIT',
  ])
})

test('assignments of SET tell scope and name however they are spelled', () => {
  const of = (sql: string) =>
    setAssignments(classifyStatements(sql)[0]?.tokens ?? []).map(({ scope, name }) => `${scope} ${name}`)
  expect(of('SET GLOBAL Max_Connections = 5, @@SESSION.a = (1, 2), @u := 3')).toEqual([
    'global max_connections',
    'session a',
    'user @u',
  ])
  expect(of('SET @@GLOBAL.`x` = 1')).toEqual(['global x'])
})

test('any text in quotes or comments leaves the kind of the statement around it alone', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const quoted = `'${text.replace(/[\\']/gu, '\\$&')}'`
      expect(kinds(`SELECT ${quoted}`)).toEqual(['query'])
      const comment = `/* ${text.replaceAll('*/', '')} */`
      expect(kinds(`${comment} COMMIT`)).toEqual(['commit'])
      expect(kinds(`SELECT \`${text.replaceAll('`', '``')}\`; ROLLBACK`)).toEqual(['query', 'rollback'])
    }),
  )
})

test('no text at all makes it throw', () => {
  assert(
    property(string(), (text) => {
      expect(kinds(text).length).toBeLessThanOrEqual(text.length)
    }),
  )
})
