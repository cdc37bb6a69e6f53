import { defineConfig } from 'vitepress'

const page = (text: string, link: string): { text: string; link: string } => ({ text, link })

export default defineConfig({
  title: 'vitest-tidb',
  description: 'Test TiDB, and code that runs on it, in Vitest',
  lang: 'en',
  cleanUrls: true,
  srcExclude: ['snippets/**', 'generate/**'],
  outDir: '../dist-docs',
  cacheDir: '../node_modules/.vitepress',
  // Nothing is loaded from elsewhere: the site works without a network.
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  // The search index has the whole reference.
  vite: { build: { chunkSizeWarningLimit: 3_000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      page('Start', '/start'),
      page('Tutorial', '/tutorial/1-first-test'),
      page('Reference', '/reference/matchers'),
    ],
    sidebar: [
      { text: 'Start', items: [page('In two commands', '/start')] },
      {
        text: 'Tutorial',
        items: [
          page('1 The first test', '/tutorial/1-first-test'),
          page('2 Several sessions', '/tutorial/2-several-sessions'),
          page('3 Isolation', '/tutorial/3-isolation'),
          page('4 Faults', '/tutorial/4-faults'),
          page('5 Scale', '/tutorial/5-scale'),
        ],
      },
      {
        text: 'How to',
        items: [
          page('Run in CI', '/how-to/ci'),
          page('Use containers', '/how-to/containers'),
          page('Use a cluster', '/how-to/clusters'),
          page('Use a server of your own', '/how-to/external'),
          page('Use TiDB Cloud', '/how-to/tidb-cloud'),
          page('Use it in a monorepo', '/how-to/monorepos'),
          page('Import data', '/how-to/import'),
          page('Write tests in Python', '/python'),
          page('Compare with MySQL', '/how-to/compare-with-mysql'),
          page('Come from the Rust and Python framework', '/how-to/from-the-rust-framework'),
          page('Come from mysql-tester', '/how-to/from-mysql-tester'),
          page('Come from mysql2 and Jest', '/how-to/from-mysql2-and-jest'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('Matchers', '/reference/matchers'),
          page('Configuration keys', '/reference/configuration'),
          page('tidb-test', '/reference/command-line'),
          page('Error codes', '/reference/errors'),
          page('API: vitest-tidb', '/reference/api/'),
        ],
      },
      {
        text: 'Explanation',
        items: [
          page('How a backend is chosen', '/explanation/backends'),
          page('How a clean database costs a millisecond', '/explanation/clean-databases'),
          page('How blocking is seen', '/explanation/blocking'),
          page('What unistore is, and is not', '/explanation/unistore'),
          page('Isolation in TiDB', '/explanation/isolation'),
          page('Decisions', '/decisions/'),
        ],
      },
    ],
  },
})
