import { expect, test } from 'vitest'
import { parseSpec } from './parse-spec.ts'
import { patienceOf } from './patience.ts'

const spec = (sql: string, setup = 'BEGIN'): string => `session s setup { ${setup} } step a { ${sql} }`

test.each([
  [spec('SELECT 1'), 0],
  [spec('SELECT @@innodb_lock_wait_timeout = @before'), 0],
  [spec('SELECT 1', 'SET innodb_lock_wait_timeout = 3; BEGIN'), 5_000],
  [spec('SELECT 1', 'SET SESSION innodb_lock_wait_timeout=3, @a := 60'), 5_000],
  [spec('select * from t for update wait 4'), 6_000],
  [spec("SELECT GET_LOCK('a b', 7), GET_LOCK(@name, 1)"), 9_000],
  [`setup { SET GLOBAL innodb_lock_wait_timeout = 1 } ${spec('SELECT * FROM t FOR UPDATE WAIT 2')}`, 4_000],
])('%s: a blocked step has ended by itself after %i ms', (source, milliseconds) => {
  expect(patienceOf(parseSpec(source, 'x.spec'))).toBe(milliseconds)
})
