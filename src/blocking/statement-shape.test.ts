import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalitiesIn } from './equalities.ts'
import { shapeOf } from './statement-shape.ts'

const whereOf = (text: string) => {
  const where = shapeOf(text)?.where
  return where === undefined ? undefined : equalitiesIn(where)
}

describe('the shape of a statement', () => {
  test.each([
    ['UPDATE t SET v = 1 WHERE id = 2', { table: 't', sets: new Map([['v', '1']]), limited: false }],
    [
      'update `shop`.`T` as x set x.v = v + 1 where id = 2',
      { database: 'shop', table: 't', alias: 'x', sets: new Map() },
    ],
    ['DELETE FROM t WHERE id > 3 ORDER BY id LIMIT 1', { table: 't', limited: true }],
    ['SELECT a, (SELECT 1 FROM u) FROM t y WHERE id = 1 FOR UPDATE', { table: 't', alias: 'y' }],
    [
      "INSERT INTO t (a, `b`) VALUES (1, 'x,)'), (-2.5, NULL)",
      {
        columns: ['a', 'b'],
        rows: [
          ['1', "'x,)'"],
          ['-2.5', undefined],
        ],
      },
    ],
    ['INSERT IGNORE t VALUES (1, NOW())', { columns: undefined, rows: [['1', undefined]], replaces: false }],
    ['REPLACE INTO t SET a = 1, b = 0xff', { columns: ['a', 'b'], rows: [['1', '0xff']], replaces: true }],
    ['INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE v = 2', { replaces: true, rows: [['1']] }],
    ['/* why */ UPDATE /*+ hint() */ t SET v = 1 -- end', { table: 't', sets: new Map([['v', '1']]) }],
  ])('%s', (text, shape) => {
    expect(shapeOf(text)).toMatchObject(shape)
  })

  test.each([
    'SELECT * FROM t WHERE id = 1',
    'SELECT * FROM t WHERE id = 1 FOR UPDATE NOWAIT',
    'SELECT * FROM t FOR UPDATE SKIP LOCKED',
    'SELECT * FROM t JOIN u USING (id) FOR UPDATE',
    'SELECT * FROM t, u FOR UPDATE',
    'SELECT COUNT(*) FROM t GROUP BY a FOR UPDATE',
    'UPDATE t, u SET t.v = 1',
    'UPDATE t JOIN u ON t.id = u.id SET t.v = 1',
    'UPDATE t PARTITION (p0) SET v = 1 WHERE id = 1',
    'DELETE t FROM t JOIN u USING (id)',
    'DELETE FROM t USING t JOIN u',
    'INSERT INTO t SELECT * FROM u',
    'INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)',
    'COMMIT',
    '',
  ])('is not told for: %s', (text) => {
    expect(shapeOf(text)).toBeUndefined()
  })

  test('is looked for in any text without an error', () => {
    const words =
      "UPDATE INSERT INTO SELECT FROM DELETE WHERE SET VALUES FOR LIMIT AS IN t `a ( ) , = 'x' ' 1 . ; /* */ @ -- \""
    const word = fc.constantFrom(...words.split(' '))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (text) => {
        const shape = shapeOf(text.join(' '))
        if (shape?.where !== undefined) equalitiesIn(shape.where)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the values that a condition demands', () => {
  test.each([
    ['id = 1', { id: ['1'] }],
    ["t.a = 1 AND `b` = 'x AND y'", { a: ['1'], b: ["'x AND y'"] }],
    ['id IN (1, -2, 3)', { id: ['1', '-2', '3'] }],
  ])('%s', (condition, values) => {
    expect(Object.fromEntries(whereOf(`DELETE FROM t WHERE ${condition}`) ?? [])).toEqual(values)
  })

  test.each([
    'id = 1 OR id = 2',
    'id > 1',
    'id = 1 AND v > 2',
    'id BETWEEN 1 AND 2',
    'NOT id = 1',
    'id = v',
    'id = 1 + 1',
    'id = @id',
    'id = (SELECT 1)',
    'id IN (SELECT 1)',
    'id = 1 AND id = 2',
    'id = NULL',
  ])('are not told for: %s', (condition) => {
    expect(whereOf(`DELETE FROM t WHERE ${condition}`)).toBeUndefined()
  })
})
