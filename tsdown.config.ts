import { defineConfig } from 'tsdown'
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
    reaper: 'src/child-process/reaper.ts',
    'container-reaper': 'src/backends/container/container-reaper.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node22',
  dts: true,
  sourcemap: true,
  plugins: [thirdPartyLicenses(), reportPage()],
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  deps: { neverBundle: ['vitest', /^vitest\//] },
})
