import { expect, test } from 'vitest'
import { PASSING } from './support/passing-test.ts'
import { UserProject } from './support/user-project.ts'

/** Each file says which server and database it had. */
const REPORTING = `
import { appendFileSync } from 'node:fs'
import { test, expect } from 'vitest-tidb'
for (const name of ['one', 'two']) {
  test(name, async ({ db, tidb }) => {
    await expect(db.query\`SHOW TABLES\`).toReturnNothing()
    await db.run\`CREATE TABLE t (id INT)\`
    const line = { port: tidb.endpoint.port, database: db.database, pid: process.pid, slot: process.env.VITEST_POOL_ID }
    appendFileSync('report.jsonl', JSON.stringify(line) + '\\n')
  })
}
`

interface Line {
  readonly port: number
  readonly database: string
  readonly pid: number
  readonly slot: string
}

test('two projects in one config share the slots and their servers', async () => {
  const project = await UserProject.create({
    'vitest.config.ts': `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({
  plugins: [tidb()],
  test: {
    maxWorkers: 1,
    projects: [
      { extends: true, test: { name: 'left', include: ['left/**/*.test.ts'] } },
      { extends: true, test: { name: 'right', include: ['right/**/*.test.ts'] } },
    ],
  },
})
`,
    'left/a.test.ts': REPORTING,
    'right/a.test.ts': REPORTING,
  })
  const { exitCode, output } = await project.vitest()
  expect(output.match(/TiDB v.*, store /g)).toHaveLength(1)
  expect(output).toMatch(/Tests\s+4 passed \(4\)/)
  expect(exitCode).toBe(0)
  const lines = await project.readLines<Line>('report.jsonl')
  expect(new Set(lines.map(({ port }) => port)).size).toBe(1)
  expect(new Set(lines.map(({ database }) => database)).size).toBe(4)
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})

test('the plugin of one project serves that project', async () => {
  const project = await UserProject.create({
    'vitest.config.ts': `
import { defineConfig } from 'vitest/config'
import { tidb } from 'vitest-tidb/plugin'
export default defineConfig({
  test: {
    projects: [
      { plugins: [tidb()], test: { name: 'database', include: ['database/**/*.test.ts'] } },
      { test: { name: 'plain', include: ['plain/**/*.test.ts'] } },
    ],
  },
})
`,
    'database/a.test.ts': PASSING,
    'plain/a.test.ts': `import { expect, test } from 'vitest'\ntest('plain', () => expect(1 + 1).toBe(2))\n`,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/Tests\s+2 passed \(2\)/)
  expect(exitCode).toBe(0)
  expect(await project.leftovers()).toEqual([])
})

test('without isolation files share a process and still have clean databases', async () => {
  const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}.test.ts`, REPORTING]))
  const project = await UserProject.create(files)
  const { exitCode, output } = await project.vitest(['run', '--no-isolate', '--maxWorkers', '1'])
  expect(output).toMatch(/Tests\s+6 passed \(6\)/)
  expect(exitCode).toBe(0)
  const lines = await project.readLines<Line>('report.jsonl')
  expect(new Set(lines.map(({ pid }) => pid)).size).toBe(1)
  expect(new Set(lines.map(({ port }) => port)).size).toBe(1)
  expect(new Set(lines.map(({ database }) => database)).size).toBe(6)
  expect(await project.leftovers()).toEqual([])
})

test('a shard runs its part, and the reports of all shards merge without a TiDB', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING, 'b.test.ts': PASSING })
  for (const shard of ['1/2', '2/2']) {
    const { exitCode, output } = await project.vitest([
      'run',
      '--shard',
      shard,
      '--reporter',
      'default',
      '--reporter',
      'blob',
    ])
    expect(output).toMatch(/Tests\s+1 passed \(1\)/)
    expect(exitCode).toBe(0)
  }
  const merged = await project.vitest(['run', '--merge-reports'])
  expect(merged.output).toMatch(/Tests\s+2 passed \(2\)/)
  expect(merged.output).not.toContain('store unistore')
  expect(merged.exitCode).toBe(0)
})

test('concurrent tests have a database each, and their forgotten matchers are charged to the right one', async () => {
  const project = await UserProject.create({
    'a.test.ts': `
import { appendFileSync } from 'node:fs'
import { test, expect } from 'vitest-tidb'
for (let number = 1; number <= 6; number++) {
  test.concurrent('number ' + number, async ({ db, expect }) => {
    await db.run\`CREATE TABLE t (id INT PRIMARY KEY)\`
    await db.run\`INSERT INTO t VALUES (\${number})\`
    await expect(db.query\`SELECT id FROM t\`).toReturnRows([{ id: number }])
    appendFileSync('report.jsonl', JSON.stringify({ database: db.database }) + '\\n')
    if (number === 4) void expect(db.query\`SELECT id FROM t\`).toReturnRows([{ id: 5 }])
  })
}
`,
  })
  const { exitCode, output } = await project.vitest()
  expect(output).toMatch(/Tests\s+1 failed \| 5 passed \(6\)/)
  expect(output).toMatch(/FAIL {2}a\.test\.ts > number 4\n.*was not awaited/)
  expect(exitCode).toBe(1)
  const lines = await project.readLines<Line>('report.jsonl')
  expect(new Set(lines.map(({ database }) => database)).size).toBe(6)
})

test('`vitest list --json` names file and test, also without static parsing, and starts nothing', async () => {
  const project = await UserProject.create({ 'a.test.ts': PASSING })
  for (const args of [
    ['list', '--json'],
    ['list', '--json', '--no-static-parse'],
  ]) {
    const { exitCode, output } = await project.vitest(args)
    const listed = JSON.parse(output.slice(output.indexOf('['))) as { name: string; file: string }[]
    expect(listed).toMatchObject([{ name: 'passes', file: expect.stringMatching(/a\.test\.ts$/) }])
    expect(output).not.toContain('store unistore')
    expect(exitCode).toBe(0)
    expect(await project.leftovers()).toEqual([])
  }
})

test('a line of a test file selects the test that is there', async () => {
  const project = await UserProject.create({ 'a.test.ts': `${PASSING}\n${PASSING.replace(/^import.*\n/gm, '')}` })
  const line = PASSING.split('\n').findIndex((text) => text.startsWith('test(')) + 1
  const { exitCode, output } = await project.vitest(['run', `a.test.ts:${line}`])
  expect(output).toMatch(/Tests\s+1 passed \| 1 skipped \(2\)/)
  expect(exitCode).toBe(0)
})

test('a run that finds no test file says only that, and leaves nothing of the server that was to be', async () => {
  const project = await UserProject.create({ 'passing.test.ts': PASSING })
  const { output, exitCode } = await project.vitest(['run', 'elsewhere'])
  expect(exitCode).toBe(1)
  expect(output).toContain('No test files found')
  expect(output).not.toContain('TiDB')
  expect(await project.servers()).toEqual([])
  expect(await project.leftovers()).toEqual([])
})
