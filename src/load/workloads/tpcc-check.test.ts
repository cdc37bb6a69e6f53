import { expect } from 'vitest'
import { test } from '../../../fixtures/test.ts'
import { checkTpcc } from './tpcc-check.ts'
import { workloads } from './workloads.ts'

/** What breaks each condition, and that one or what follows from it. */
const BREAKS = [
  ['3.3.2.1', 'UPDATE warehouse SET w_ytd = w_ytd + 1', ['3.3.2.1', '3.3.2.8']],
  ['3.3.2.2', 'UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE d_id = 2', ['3.3.2.2']],
  ['3.3.2.3', 'DELETE FROM new_order WHERE no_d_id = 2 AND no_o_id = 2', ['3.3.2.3']],
  [
    '3.3.2.4 and 3.3.2.6',
    'DELETE FROM order_line WHERE ol_d_id = 2 AND ol_o_id = 1 AND ol_number = 1',
    ['3.3.2.4', '3.3.2.6'],
  ],
  [
    '3.3.2.6',
    'UPDATE orders SET o_ol_cnt = o_ol_cnt + IF(o_id = 1, 1, -1) WHERE o_d_id = 2 AND o_id <= 2',
    ['3.3.2.6'],
  ],
  [
    '3.3.2.8 and 3.3.2.9',
    'UPDATE history SET h_amount = h_amount + 1 WHERE h_d_id = 2 LIMIT 1',
    ['3.3.2.8', '3.3.2.9'],
  ],
  ['3.3.2.9, with all of it gone', 'DELETE FROM history', ['3.3.2.8', '3.3.2.9']],
] as const

test('each condition of TPC-C that is broken is told, with where', { timeout: 120_000 }, async ({ db }) => {
  await workloads.tpcc({ customers: 30, items: 100 }).prepare(db)
  // Three orders of one district, of one line each.
  await db.script(`
    INSERT INTO orders (o_w_id, o_d_id, o_id, o_c_id, o_ol_cnt) VALUES (1, 2, 1, 1, 1), (1, 2, 2, 1, 1), (1, 2, 3, 1, 1);
    INSERT INTO new_order VALUES (1, 2, 1), (1, 2, 2), (1, 2, 3);
    INSERT INTO order_line (ol_w_id, ol_d_id, ol_o_id, ol_number) VALUES (1, 2, 1, 1), (1, 2, 2, 1), (1, 2, 3, 1);
    UPDATE district SET d_next_o_id = 4 WHERE d_id = 2`)
  expect(await checkTpcc(db)).toEqual([])
  for (const [what, sql, clauses] of BREAKS) {
    await db.run`BEGIN`
    await db.script(sql)
    const violations = await checkTpcc(db)
    await db.run`ROLLBACK`
    const told = [...new Set(violations.map((line) => /^TPC-C (\S+), /.exec(line)?.[1]))]
    expect(told, what).toEqual(clauses)
    expect(violations[0]).toMatch(/: warehouse 1\b/)
  }
})
