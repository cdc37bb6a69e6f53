import { expect, test } from 'vitest'
import { missingPrivilege } from './missing-privilege.ts'

// Messages as TiDB 8.5 gave them to an account with few privileges.
test.for([
  [
    1227,
    'Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation',
    '',
    'CREATE USER',
  ],
  [
    1105,
    'other error: [planner:1227]Access denied; you need (at least one of) the PROCESS privilege(s)',
    '',
    'PROCESS',
  ],
  [1142, "INSERT command denied to user 'app'@'%' for table 't'", 'INSERT INTO t VALUES (1)', 'INSERT'],
  [
    1142,
    "SELECT command denied to user 'app'@'%' for table 'tidb_ddl_job'",
    'SELECT job_id FROM mysql.tidb_mdl_view',
    'SELECT on mysql.tidb_ddl_job',
  ],
  [8121, "privilege check for 'Super' fail", '', 'SUPER'],
  [
    1044,
    "Access denied for user 'app'@'%' to database 'shop'",
    'CREATE DATABASE shop',
    'what CREATE DATABASE needs on the database shop',
  ],
  [1044, "Access denied for user 'app'@'%' to database 'shop'", '', 'any privilege on the database shop'],
  [
    1356,
    "View 'mysql.tidb_mdl_view' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them",
    '',
    'SELECT on mysql.tidb_mdl_view and the tables behind it, and PROCESS',
  ],
] as const)('error %i names the missing privilege', ([errno, message, sql, privilege]) => {
  expect(missingPrivilege({ errno, message, sql }, 'app')).toBe(privilege)
  expect(missingPrivilege({ message: 'wrapped', cause: { errno, message, sql } }, 'app')).toBe(privilege)
  expect(missingPrivilege({ errno, message, sql, context: { user: 'app' } }, 'app')).toBe(privilege)
})

test('names of databases that tests made for themselves are left out', () => {
  const message = "Access denied for user 'app'@'%' to database 'vitest_tidb_998db069_8'"
  expect(missingPrivilege({ errno: 1044, message, sql: 'LOCK TABLES t WRITE' }, 'app')).toBe(
    'what LOCK TABLES needs on `vitest\\_tidb\\_%`.*',
  )
})

test('what another account may not do is no privilege that the user lacks', () => {
  const error = {
    errno: 1142,
    message: "SELECT command denied to user 'ann'@'%' for table 't'",
    context: { user: 'ann' },
  }
  expect(missingPrivilege(error, 'root')).toBeUndefined()
  expect(missingPrivilege({ message: 'wrapped', cause: error }, 'root')).toBeUndefined()
})

test('without the privilege to make databases nothing can be tested', () => {
  const message = "The database vitest_tidb_1_1 can't be created: Access denied for user 'app'@'%' to database 'x'"
  expect(missingPrivilege({ code: 'DATABASE_NOT_CREATED', message }, 'app')).toBe(
    'CREATE and DROP on `vitest\\_tidb\\_%`.*',
  )
})

const UNPROVEN = `the statement is blocked, but it could not be proven by whom

  candidates  alice (connection 7)
  known from  age
  not asked   data_lock_waits: Access denied; you need (at least one of) the PROCESS privilege(s) for this operation (1227)
  not asked   tidb_mdl_info: SELECT command denied to user 'app'@'%' for table 'tidb_mdl_info' (1142)
  not asked   TIDB_MVCC_INFO: FUNCTION TIDB_MVCC_INFO does not exist (1305)`

const INSTEAD = `the statement failed with another error than ER_NO_REFERENCED_ROW_2

  db> ALTER TABLE child ADD CONSTRAINT of_parent FOREIGN KEY (parent_id) REFERENCES parent (id)

              expected                actual
  ≠ name      ER_NO_REFERENCED_ROW_2  ER_TABLEACCESS_DENIED_ERROR
    errno                             1142
    sqlState                          42000
    message   'of_parent'             REFERENCES command denied to user 'app'@'%' for table 'parent'   `

test('a denied statement of which another failure was expected lacks its privilege', () => {
  expect(missingPrivilege({ message: INSTEAD }, 'app')).toBe('REFERENCES')
  expect(missingPrivilege({ message: INSTEAD.replace('db>', 'vitest_tidb_1_1_ann>') }, 'app')).toBeUndefined()
  expect(missingPrivilege({ message: INSTEAD.replace('1142', '1062') }, 'app')).toBeUndefined()
  expect(missingPrivilege({ message: INSTEAD.replace(/^ {2}db> .*\n/m, '') }, 'app')).toBe('REFERENCES')
  const painted = INSTEAD.replace('  errno ', '≠ errno   \u001B[32m1452\u001B[39m').replace(
    '1142',
    '\u001B[31m1142\u001B[39m',
  )
  expect(missingPrivilege({ message: painted }, 'app')).toBe('REFERENCES')
})

test('what a wait could not be asked about, for want of privileges, is missing', () => {
  expect(missingPrivilege({ message: UNPROVEN }, 'app')).toBe('PROCESS')
  const undecided =
    'after 5000 ms the statement has neither ended nor was it seen to be blocked\n  session bob: DROP TABLE t\n  Not asked: '
  const reason = "tidb_ddl_job: SELECT command denied to user 'app'@'%' for table 'tidb_ddl_job'"
  expect(missingPrivilege({ code: 'BLOCKING_UNDECIDED', message: `${undecided}${reason}` }, 'app')).toBe(
    'SELECT on mysql.tidb_ddl_job',
  )
})

test('a wait that is proven to be another than expected is a failure', () => {
  expect(missingPrivilege({ message: UNPROVEN.replace('candidates', 'blocked by') }, 'app')).toBeUndefined()
})

test.for([
  { errno: 1062, message: "Duplicate entry '1' for key 'PRIMARY'" },
  { errno: 1356, message: "View 'shop.broken' references invalid table(s) or … lack rights to use them" },
  { code: 'DATABASE_NOT_CREATED', message: "The database d can't be created: Database 'd' already exists" },
  { message: 'expected 1 to be 2' },
  null,
])('%j is no missing privilege', (error) => {
  expect(missingPrivilege(error, 'app')).toBeUndefined()
})
