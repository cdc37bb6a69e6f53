import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fakeGo, noTidb } from './support/bare-machine.ts'
import { UserProject } from './support/user-project.ts'

const STUCK = `
import { writeFileSync } from 'node:fs'
import { test } from 'vitest-tidb'
test('never ends', { timeout: 600_000 }, async ({ db }) => {
  await db.run\`CREATE TABLE t (id INT)\`
  console.log('in the test')
  await db.query\`SELECT SLEEP(500)\`
})
`

test.each([
  { signal: 'SIGINT', exitCode: 130 },
  { signal: 'SIGTERM', exitCode: 143 },
] as const)('after $signal nothing is left, and the exit code is $exitCode', async ({ signal, exitCode }) => {
  const project = await UserProject.create({ 'stuck.test.ts': STUCK })
  const run = project.start(['run', '--disable-console-intercept'])
  await run.until(/in the test/)
  expect((await project.servers()).length).toBeGreaterThan(0)
  run.child.kill(signal)
  const finished = await run.finished
  expect({ code: finished.exitCode, signal: finished.signal }).toEqual({ code: exitCode, signal: null })
  await expectNothingLeft(project)
})

test.each([
  { what: 'whose file cannot be loaded', text: "throw new Error('cannot be loaded')\n", exitCode: 1 },
  {
    what: 'whose tests need no TiDB',
    text: "import { test } from 'vitest'\ntest('quick', () => undefined)\n",
    exitCode: 0,
  },
])('a run $what ends, although a TiDB was started ahead, and leaves nothing', async ({ text, exitCode }) => {
  const project = await UserProject.create({ 'a.test.ts': text })
  expect((await project.vitest()).exitCode).toBe(exitCode)
  await expectNothingLeft(project)
})

test('after the main process was killed with SIGKILL nothing is left', async () => {
  const project = await UserProject.create({ 'stuck.test.ts': STUCK })
  const run = project.start(['run', '--disable-console-intercept'])
  await run.until(/in the test/)
  run.child.kill('SIGKILL')
  await expectNothingLeft(project)
})

test('what a run killed with SIGKILL could not remove, the next run does', async () => {
  const project = await UserProject.create({
    'stuck.test.ts': STUCK,
    'quick.test.ts': `import { test } from 'vitest-tidb'\ntest('quick', async ({ db }) => { await db.query\`SELECT 1\` })\n`,
  })
  const run = project.start(['run', '--disable-console-intercept', 'stuck'])
  await run.until(/in the test/)
  run.child.kill('SIGKILL')
  await run.finished
  const next = await project.vitest(['run', 'quick'])
  expect(next.exitCode).toBe(0)
  await expectNothingLeft(project)
  expect(await project.leftovers()).toEqual([])
})

test('a build that is interrupted ends its compilers and leaves nothing in the cache', async () => {
  const project = await UserProject.create({ 'stuck.test.ts': STUCK })
  const cache = join(project.folder, 'cache')
  const run = project.start(['run'], {
    ...noTidb,
    TIDB_BACKEND: 'embedded',
    TIDB_GO: await fakeGo(project, 'go1.99.0'),
    VITEST_TIDB_CACHE: cache,
  })
  await run.until(/packages compiled 1\/1/)
  run.child.kill('SIGTERM')
  const { exitCode, output } = await run.finished
  expect(output).toMatch(/interrupted by SIGTERM/)
  expect(exitCode).toBe(143)
  expect(await readdir(join(cache, 'embedded'))).toEqual([])
  await expect.poll(() => project.leftovers(), { timeout: 15_000 }).toEqual([])
  expect(await project.processes()).toEqual([])
})

test('two runs at the same time do not disturb each other', async () => {
  const files = {
    'own.test.ts': `
import { test, expect } from 'vitest-tidb'
for (const name of ['one', 'two', 'three']) {
  test(name, async ({ db }) => {
    await db.run\`CREATE TABLE t (id INT)\`
    await db.run\`INSERT INTO t VALUES (1)\`
    await expect(db.query\`SELECT * FROM t\`).toReturnRows([{ id: 1 }])
  })
}
`,
  }
  const projects = [await UserProject.create(files), await UserProject.create(files)]
  const runs = await Promise.all(projects.map((project) => project.vitest()))
  for (const { exitCode, output } of runs) {
    expect(output).toMatch(/Tests\s+3 passed \(3\)/)
    expect(exitCode).toBe(0)
  }
  for (const project of projects) await expectNothingLeft(project)
})

/** The reaper works on after the main process has gone, so this is awaited. */
async function expectNothingLeft(project: UserProject): Promise<void> {
  await expect.poll(() => project.servers(), { timeout: 15_000 }).toEqual([])
  const servers = async (): Promise<string[]> => (await project.leftovers()).filter((path) => path.includes('/run-'))
  await expect.poll(servers, { timeout: 15_000 }).toEqual([])
}
