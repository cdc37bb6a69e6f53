import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { tidb } from './public/plugin.ts'

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// The suites import the package by its name, as a user's tests do; here that is the sources.
const alias = [
  { find: /^vitest-tidb$/, replacement: source('./public/index.ts') },
  { find: /^vitest-tidb\/plugin$/, replacement: source('./public/plugin.ts') },
  { find: /^vitest-tidb\/engine$/, replacement: source('./public/engine.ts') },
  { find: /^vitest-tidb\/container$/, replacement: source('./public/container.ts') },
]

const suite = (name: string, ...others: string[]) => ({
  extends: true as const,
  test: { name, include: [`suites/${name}/**/{*.test.ts,*.spec,test_*.py}`, ...others], testTimeout: 30_000 },
})

export default defineConfig({
  plugins: [tidb()],
  resolve: { alias },
  test: {
    maxWorkers: 2,
    // Much that is done here to a database takes longer than what Vitest calls slow, and is not worth a line each.
    slowTestThreshold: 10_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'fixtures/**/*.test.ts', 'public/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      suite('ddl'),
      suite('txn'),
      suite('scale'),
      suite('machine'),
      suite('resilience'),
      suite('faults'),
      suite('import'),
      suite('isolation'),
      suite('coordination'),
      suite('cluster'),
      suite('python', 'python/contract/test_*.py'),
      suite('compat'),
      {
        extends: true,
        test: { name: 'docs', include: ['docs/snippets/**/{*.test.ts,*.spec,test_*.py}'], testTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['e2e/support/pack.ts'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
