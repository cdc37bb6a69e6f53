import { expect, test } from 'vitest'
import { displayWidth, textTable } from './text-table.ts'

test('a table is as the mysql client prints it', () => {
  expect(
    textTable(
      ['id', 'name'],
      [
        ['1', 'ada'],
        ['22', ''],
      ],
    ),
  ).toBe(
    ['+----+------+', '| id | name |', '+----+------+', '| 1  | ada  |', '| 22 |      |', '+----+------+'].join('\n'),
  )
})

test('wide characters take two columns', () => {
  expect(displayWidth('数据 a')).toBe(6)
  expect(
    new Set(
      textTable(['c'], [['数据库'], ['plain']])
        .split('\n')
        .map(displayWidth),
    ).size,
  ).toBe(1)
})
