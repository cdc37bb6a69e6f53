import { expect, test } from 'vitest-tidb'
import { failureOf } from '../failure-of.ts'

test('toMatchReference', async ({ reference }) => {
  expect(reference.name).toBeTruthy()
  // #region toMatchReference-passes
  await expect(
    "SELECT DATE_ADD('2024-01-31', INTERVAL 1 MONTH) AS d",
  ).toMatchReference()
  // #endregion toMatchReference-passes
  const failure = await failureOf(async () => {
    // #region toMatchReference-fails
    await expect("SELECT JSON_OBJECT('b', 1, 'a', 2) AS j").toMatchReference()
    // #endregion toMatchReference-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toMatchReference.txt')
})
