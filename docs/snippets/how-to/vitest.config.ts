// #region whole
// vitest.config.ts
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'

export default defineConfig({ plugins: [tidb()] })
// #endregion whole
