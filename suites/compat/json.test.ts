import { expect } from 'vitest-tidb'
import { test } from './compared.ts'

test.describe('JSON', () => {
  test('documents are stored and read by path', async () => {
    await expect(`
      CREATE TABLE docs (id INT PRIMARY KEY, doc JSON);
      INSERT INTO docs VALUES (1, '{"name": "ada", "tags": ["x", "y"], "age": 36}'), (2, '[1, 2, null]'), (3, NULL);
      SELECT id, JSON_EXTRACT(doc, '$.name'), JSON_UNQUOTE(JSON_EXTRACT(doc, '$.tags[1]')), JSON_VALUE(doc, '$.age') FROM docs ORDER BY id`).toMatchReference(
      { differsIn: { errors: { because: 'TiDB has no JSON_VALUE', statement: 3 } } },
    )
  })

  test('arrows read a path', async () => {
    await expect(
      `SELECT doc->'$.a', doc->>'$.b' FROM (SELECT JSON_OBJECT('a', 1, 'b', 'x') AS doc) AS t`,
    ).toMatchReference({ differsIn: { errors: 'MariaDB has no -> and ->>' }, on: 'MariaDB' })
  })

  test('documents are made and changed', async () => {
    await expect(`
      SELECT JSON_OBJECT('a', 1, 'b', NULL, 'c', 'x'), JSON_ARRAY(1, 'two', NULL, 1.50), JSON_SET('{"a": 1}', '$.b', 2), JSON_REMOVE('[1, 2, 3]', '$[0]'),
             JSON_MERGE_PATCH('{"a": 1, "b": 2}', '{"b": null, "c": 3}'), JSON_ARRAY_APPEND('[1]', '$', 2), JSON_QUOTE('a"b')`).toMatchReference(
      { differsIn: { types: 'MariaDB keeps JSON as text' }, on: 'MariaDB' },
    )
  })

  test('documents are asked about', async () => {
    await expect(`
      SELECT JSON_VALID('{"a": 1}'), JSON_VALID('{'), JSON_TYPE('[1]'), JSON_TYPE('1.5'), JSON_LENGTH('{"a": 1, "b": 2}'), JSON_DEPTH('[[1]]'), JSON_KEYS('{"b": 1, "a": 2}'),
             JSON_CONTAINS('[1, 2]', '2'), JSON_CONTAINS_PATH('{"a": 1}', 'one', '$.b'), JSON_SEARCH('["abc", "def"]', 'one', 'd%')`).toMatchReference(
      {
        differsIn: {
          rows: 'MariaDB keeps the keys of a document in the order in which they were written',
          types: 'MariaDB keeps JSON as text',
          warnings: 'MariaDB warns of what is no document',
        },
        on: 'MariaDB',
      },
    )
  })

  test('aggregates make documents', async () => {
    await expect("SELECT JSON_ARRAYAGG(v), JSON_OBJECTAGG(k, v) FROM (SELECT 'a' AS k, 1 AS v) AS t").toMatchReference({
      differsIn: { types: 'MariaDB keeps JSON as text' },
      on: 'MariaDB',
    })
  })

  test('what is no document is refused', async () => {
    await expect(`CREATE TABLE strict (doc JSON); INSERT INTO strict VALUES ('{"a": }')`).toMatchReference({
      differsIn: { errors: { because: 'to MariaDB it is a constraint', statement: 2 } },
      on: 'MariaDB',
    })
  })

  test('CAST makes JSON', async () => {
    await expect(`SELECT CAST('{"b": 1}' AS JSON)`).toMatchReference({
      differsIn: { errors: 'MariaDB has no type JSON to cast to' },
      on: 'MariaDB',
    })
  })
})
