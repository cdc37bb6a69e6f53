/** The body of a user's test file that passes on any TiDB. */
export const PASSING = `
import { test, expect } from 'vitest-tidb'
test('passes', async ({ db }) => {
  await db.run\`CREATE TABLE t (id INT PRIMARY KEY)\`
  await db.run\`INSERT INTO t VALUES (1)\`
  await expect(db.query\`SELECT id FROM t\`).toReturnRows([{ id: 1 }])
})
`
