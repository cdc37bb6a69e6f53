import { defineConfig } from 'tsdown'
import { chunksOfRun } from './scripts/chunks-of-run.ts'
import { leanDriver } from './scripts/lean-driver.ts'
import { reportPage } from './scripts/report-page.ts'
import { thirdPartyLicenses } from './scripts/third-party-licenses.ts'

export default defineConfig({
  entry: {
    index: 'public/index.ts',
    plugin: 'public/plugin.ts',
    engine: 'public/engine.ts',
    reporter: 'public/reporter.ts',
    container: 'public/container.ts',
    'global-setup': 'src/vitest/global-setup.ts',
    'spec-file': 'fixtures/spec-file.ts',
    'python-file': 'fixtures/python-file.ts',
    cli: 'src/cli/main.ts',
    'skip-denied': 'src/cli/skip-denied.ts',
    'load-thread': 'src/load/driver/load-thread.ts',
    reaper: 'src/child-process/reaper.ts',
    'container-reaper': 'src/backends/container/container-reaper.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node22',
  dts: true,
  sourcemap: true,
  plugins: [leanDriver(), thirdPartyLicenses(), reportPage()],
  outputOptions: { codeSplitting: { groups: [chunksOfRun()] } },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  deps: {
    neverBundle: ['vitest', /^vitest\//],
    // Each file that is read on its own costs a short run more than its code does.
    alwaysBundle: ['mysql2', 'mysql2/promise', 'cockatiel'],
  },
})
