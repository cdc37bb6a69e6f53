// #region whole
// vitest.config.ts, at the root
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'

export default defineConfig({
  plugins: [tidb()],
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'shop', include: ['packages/shop/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'bank', include: ['packages/bank/**/*.test.ts'] },
      },
      // Tests of the user interface have nothing to do with TiDB: no plugin, no server.
      { test: { name: 'web', include: ['packages/web/**/*.test.ts'] } },
    ],
  },
})
// #endregion whole
