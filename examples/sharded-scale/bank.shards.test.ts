import { expect, test, workloads } from 'vitest-tidb'

test('transfers of all shards keep the money together', { timeout: 240_000 }, async ({ load }) => {
  const bank = workloads.bankTransfer({ accounts: 50 })
  const result = await load.together('transfers', bank, { sessions: 2, rate: 40, duration: 1_500, warmup: 0 })
  expect(result).toHaveNoErrors({ except: ['transient'] })
  expect(result).toKeepInvariant()
})
