export type { TidbOptions } from '../src/config/tidb-options.ts'
export type { PluginOptions } from '../src/vitest/plugin-options.ts'
export { tidb } from '../src/vitest/plugin.ts'
