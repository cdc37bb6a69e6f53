import { expect, test } from 'vitest-tidb'

test('and another one by the other', async ({ db }) => {
  await expect(db.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }])
})
