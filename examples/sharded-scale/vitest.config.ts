import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'

export default defineConfig({ plugins: [tidb()] })
