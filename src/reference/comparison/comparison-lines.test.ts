import { expect, test } from 'vitest'
import { comparisonLines } from './comparison-lines.ts'
import { aspects, differencesOf, type ComparedStatement } from './difference.ts'
import type { StatementResult } from './statement-result.ts'

const SIDES = { tidb: 'TiDB', reference: 'MariaDB 10.11.19' }

function result(columns: string, rows: StatementResult['rows'], warnings: readonly number[] = []): StatementResult {
  return {
    columns: columns.split(', ').map((column) => {
      const [name = '', type = ''] = column.split(' ')
      return { name, type, kind: type, computed: false }
    }),
    rows,
    affectedRows: undefined,
    warnings: warnings.map((code) => ({ code, message: `warning ${code}` })),
    error: undefined,
  }
}

function shown(statement: ComparedStatement): string {
  return comparisonLines(statement, differencesOf(statement), SIDES).join('\n')
}

test('what differs stands in aligned tables, and NULL, blanks and wide characters are told apart', () => {
  const statement = {
    sql: 'SELECT id, v FROM t ORDER BY id',
    tidb: result(
      'id INT, v TEXT',
      [
        ['1', null],
        ['2', '東京'],
        ['3', ' x '],
      ],
      [1292],
    ),
    reference: result('id BIGINT, v TEXT', [
      ['1', 'NULL'],
      ['2', '東京'],
      ['3', ''],
    ]),
  }
  expect(shown(statement)).toMatchInlineSnapshot(`
    "            TiDB               MariaDB 10.11.19
    type of id  INT                BIGINT
    warnings    1292 warning 1292  none

                      id  v
    TiDB              1   NULL
    both              2   東京
    TiDB              3   ' x '
    MariaDB 10.11.19  3   ''
    MariaDB 10.11.19  1   'NULL'"
  `)
})

test('of many rows those near a difference are shown', () => {
  const rows = Array.from({ length: 100 }, (_, at) => [String(at)])
  const statement = {
    sql: 'SELECT n FROM t',
    tidb: result('n INT', rows),
    reference: result('n INT', rows.toSpliced(50, 1)),
  }
  expect(shown(statement)).toMatchInlineSnapshot(`
    "      n
    both  48
    both  49
    TiDB  50
    both  51
    both  52
    … 95 more rows"
  `)
})

test('one number and one document may be written in several ways', () => {
  const statement = {
    sql: 'SELECT x, j FROM t',
    tidb: result('x DOUBLE, j JSON', [['1e20', '{"b": 1, "a": [1, 2]}']]),
    reference: result('x DOUBLE, j TEXT', [['100000000000000000000', '{"a":[1,2],"b":1}']]),
  }
  expect(differencesOf(statement)).toEqual(['types'])
  expect(aspects).toContain('types')
})
