// #region whole
import { expect, test } from 'vitest-tidb'

// create table t (a int primary key, b int);
// insert into t values (1, 1), (2, 2);
// --error ER_DUP_ENTRY
// insert into t values (1, 3);
// --sorted_result
// select * from t;
test('a primary key is unique', async ({ db }) => {
  await db.script(
    'CREATE TABLE t (a INT PRIMARY KEY, b INT); INSERT INTO t VALUES (1, 1), (2, 2)',
  )
  await expect(db.run`INSERT INTO t VALUES (1, 3)`).toFailWith('ER_DUP_ENTRY')
  await expect(db.query`SELECT * FROM t`).toReturnRows(
    [
      { a: 2, b: 2 },
      { a: 1, b: 1 },
    ],
    { anyOrder: true },
  )
})
// #endregion whole
