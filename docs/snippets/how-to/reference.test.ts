// #region whole
import { expect, test } from 'vitest-tidb'

test('dates are added up the same way', async ({ reference }) => {
  expect(reference.product).toBeTruthy()
  await expect(
    "SELECT DATE_ADD('2024-01-31', INTERVAL 1 MONTH) AS d",
  ).toMatchReference()
})
// #endregion whole
