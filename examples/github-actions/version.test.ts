import { expect, test } from 'vitest-tidb'

test('the tests run on the version that the job names', async ({ db, tidb }) => {
  await expect(db.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }])
  const wanted = process.env['TIDB_VERSION']
  if (wanted !== undefined) expect(tidb.version).toContain(wanted)
})
