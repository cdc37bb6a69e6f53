import { expect, test } from 'vitest'
import { rowOrderOf } from './row-order.ts'

const columns = [{ name: 'id' }, { name: 'total' }]

test.for([
  ['SELECT id, total FROM t', 'none'],
  ['SELECT id, total FROM t ORDER BY total DESC, t.id LIMIT 3', [1, 0]],
  ['SELECT id, total FROM t ORDER BY 2', [1]],
  ['select id, sum(v) AS `total` from t group by id order by `Total` for update', [1]],
  ['SELECT id, total FROM t ORDER BY total + 1', 'all'],
  ['SELECT id, total FROM t ORDER BY v', 'all'],
  ['SELECT id, total FROM (SELECT * FROM t ORDER BY id) AS s', 'none'],
  ['SELECT id, ROW_NUMBER() OVER (ORDER BY v) AS total FROM t', 'none'],
  ['SELECT id, GROUP_CONCAT(v ORDER BY v) AS total FROM t GROUP BY id -- ORDER BY 1', 'none'],
  ['(SELECT 1 AS id, 2 AS total) UNION (SELECT 3, 4 ORDER BY 1) ORDER BY id', [0]],
  ['SHOW TABLES', 'none'],
] as const)('the order that is asked for in %s', ([sql, order]) => {
  expect(rowOrderOf(sql, columns)).toEqual(order)
})
