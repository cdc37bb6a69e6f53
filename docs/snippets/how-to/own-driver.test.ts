// #region whole
import mysql from 'mysql2/promise'
import { expect, test } from 'vitest-tidb'

test('code with a driver of its own meets the rows of the test', async ({ db }) => {
  await db.script(
    'CREATE TABLE item (id INT PRIMARY KEY); INSERT INTO item VALUES (1), (2)',
  )

  const connection = await mysql.createConnection(db.url)
  await connection.query('DELETE FROM item WHERE id = 1')
  await connection.end()

  await expect(db.query`SELECT id FROM item`).toReturnRows([{ id: 2 }])
})
// #endregion whole
