export type { TidbOptions } from '../src/config/tidb-options.ts'
export { tidb } from '../src/vitest/plugin.ts'
