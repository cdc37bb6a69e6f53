import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
import { migrationsAsSql } from './src/migrations-as-sql.ts'

// What the migrations do becomes part of every clean database; no migration runs in a test.
export default defineConfig({ plugins: [tidb({ schema: migrationsAsSql })] })
