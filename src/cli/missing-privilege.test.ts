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
  [1142, "INSERT command denied to user 'app'@'%' for table 't'", '', 'INSERT'],
  [8121, "privilege check for 'Super' fail", '', 'SUPER'],
  [
    1044,
    "Access denied for user 'app'@'%' to database 'shop'",
    'CREATE DATABASE shop',
    'what CREATE DATABASE needs on the database shop',
  ],
  [
    1356,
    "View 'mysql.tidb_mdl_view' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them",
    '',
    'SELECT on what mysql.tidb_mdl_view shows',
  ],
] as const)('error %i names the missing privilege', ([errno, message, sql, privilege]) => {
  expect(missingPrivilege({ errno, message, sql })).toBe(privilege)
  expect(missingPrivilege({ message: 'wrapped', cause: { errno, message, sql } })).toBe(privilege)
})

test.for([
  { errno: 1062, message: "Duplicate entry '1' for key 'PRIMARY'" },
  { errno: 1356, message: "View 'shop.broken' references invalid table(s) or … lack rights to use them" },
  { message: 'expected 1 to be 2' },
  null,
])('%j is no missing privilege', (error) => {
  expect(missingPrivilege(error)).toBeUndefined()
})
