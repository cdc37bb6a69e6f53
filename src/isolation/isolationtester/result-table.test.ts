import { expect, test } from 'vitest'
import { resultTable } from './result-table.ts'

test('rows are printed as isolationtester prints them, numbers at the right', () => {
  const rows = [
    { id: 1, name: 'ann', balance: '100.50', data: new Uint8Array([1, 255]) },
    { id: 12n, name: '李', balance: null, data: null },
  ]
  expect(`\n${resultTable(['id', 'name', 'balance', 'data'], rows)}\n`).toMatchInlineSnapshot(`
    "
    id|name|balance|data
    --+----+-------+------
     1|ann | 100.50|0x01ff
    12|李  |   NULL|NULL
    (2 rows)
    "
  `)
})

test('of no rows the names are printed, and that there are none', () => {
  expect(resultTable(['id', 'v'], [])).toBe('id|v\n--+-\n(0 rows)')
})
