import { expect, test } from 'vitest'
import { describeKey, keyParts } from './key-info.ts'

/** KEY_INFO and KEY as information_schema.data_lock_waits of TiDB 8.5 has them. */
const row = (handle_value: string, handle_type = 'common') =>
  JSON.stringify({ db_name: 'd', table_name: 't', handle_type, handle_value, db_id: 2, table_id: 139 })

test.for([
  ['an integer', row('1', 'int'), '74800000000000009A5F728000000000000001', 'row t(1)'],
  [
    'text with commas, and an integer',
    row('{x, y, zzzz, 1}'),
    '74800000000000008B5F7201782C20792C207A7AFF7A7A000000000000F9038000000000000001',
    "row t('x, y, zzzz', 1)",
  ],
  [
    'text of a collation that does not keep it',
    row('{\u0000A\u0000B\u0000C, -5}'),
    '74800000000000008E5F72010041004200430000FD037FFFFFFFFFFFFFFB',
    'row t({\u0000A\u0000B\u0000C, -5})',
  ],
  [
    'a decimal and a date',
    row('{1.50, 1847958199433428992}'),
    '7480000000000000915F72060A0280000001320419A5443105000000',
    'row t({1.50, 1847958199433428992})',
  ],
  [
    'a negative and an unsigned integer',
    row('{-5, 18446744073709551615}'),
    '7480000000000000945F72037FFFFFFFFFFFFFFB04FFFFFFFFFFFFFFFF',
    'row t(-5, 18446744073709551615)',
  ],
  ['bytes cut off in the middle', row('{x}'), '74800000000000009A5F7201782C', 'row t({x})'],
  [
    'an entry of an index',
    '{"db_name":"d","table_name":"t","index_name":"e","index_values":["it\'s", "1"],"db_id":2,"table_id":113,"index_id":1}',
    '7480000000000000715F698000000000000001016100000000000000F8',
    "unique key t.e('it''s', 1)",
  ],
  ['a table that is gone', '{"handle_type":"int","handle_value":"1","table_id":113}', '74', undefined],
  ['nothing at all', null, null, undefined],
  ['no JSON', 'n/a', '74', undefined],
] as const)('%s', ([, keyInfo, key, described]) => {
  expect(describeKey(keyParts(keyInfo, key))).toBe(described)
})
