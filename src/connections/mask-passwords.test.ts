import { expect, test } from 'vitest'
import { maskPasswords, maskPasswordsOf, passwordFollows } from './mask-passwords.ts'

test.each([
  ["CREATE USER u IDENTIFIED BY 'hush'", "CREATE USER u IDENTIFIED BY '***'"],
  [
    "CREATE USER 'a b'@'%' IDENTIFIED BY \"hu'sh\", v IDENTIFIED BY 'hush'",
    "CREATE USER 'a b'@'%' IDENTIFIED BY '***', v IDENTIFIED BY '***'",
  ],
  [
    "ALTER USER u IDENTIFIED WITH 'tidb_sm3_password' AS '$hush'",
    "ALTER USER u IDENTIFIED WITH 'tidb_sm3_password' AS '***'",
  ],
  ["ALTER USER USER()\n identified  by 'hu''sh\\'' ", "ALTER USER USER()\n identified  by '***' "],
  ["SET PASSWORD = 'hush'", "SET PASSWORD = '***'"],
  ["SET PASSWORD FOR 'u'@'10.%' = PASSWORD('hush')", "SET PASSWORD FOR 'u'@'10.%' = PASSWORD('***')"],
  // As it reads with NO_BACKSLASH_ESCAPES.
  ["CREATE USER u IDENTIFIED BY 'hush\\'", "CREATE USER u IDENTIFIED BY '***'"],
  ["CREATE USER u IDENTIFIED BY 'hu' 'sh'", "CREATE USER u IDENTIFIED BY '***'"],
  [
    "IMPORT INTO t FROM 's3://b/k?access-key=hush&secret-access-key=hush'",
    "IMPORT INTO t FROM 's3://b/k?access-key=***&secret-access-key=***'",
  ],
])('%s', (sql, masked) => {
  expect(maskPasswords(sql)).toBe(masked)
})

test('other statements stay as they are', () => {
  for (const sql of [
    "SELECT 'identified' AS by_whom",
    "INSERT INTO password VALUES ('x')",
    "SELECT * FROM t WHERE a = 'x'",
  ]) {
    expect(maskPasswords(sql)).toBe(sql)
  }
})

test('a message that quotes the statement loses its passwords', () => {
  const sql = "CREATE USER u IDENTIFIED BY 'hu sh' 'more' oops"
  expect(maskPasswordsOf(sql, `near "'hu sh' 'more' oops"`)).toBe(`near "'***' '***' oops"`)
})

test('a bound value behind such words is a password', () => {
  expect(['CREATE USER u IDENTIFIED BY ', 'SET PASSWORD FOR u = '].map(passwordFollows)).toEqual([true, true])
  expect(['SELECT ', 'CREATE USER u COMMENT '].map(passwordFollows)).toEqual([false, false])
})
