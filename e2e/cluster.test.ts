import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSession } from 'vitest-tidb/engine'
import { needPrograms } from './support/cluster-programs.ts'
import { startTidbTest, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const eventually = { timeout: 30_000, interval: 50 }

function addressOf(text: string): { host: string; port: number } {
  const { hostname, port } = new URL(`mysql://${text}`)
  return { host: hostname, port: Number(port) }
}

async function expectNothingLeft(project: UserProject): Promise<void> {
  const left = async (): Promise<string[]> =>
    (await project.processes()).map(({ command }) => command).filter((command) => command.includes('/run-'))
  await expect.poll(left, eventually).toEqual([])
}

test(
  'the suite of clusters passes on an embedded cluster, and leaves nothing',
  { timeout: 600_000 },
  async (context) => {
    await needPrograms(context)
    const project = await UserProject.create({})
    const words = ['run', 'cluster', '--backend', 'cluster', '--cluster-pd', '3']
    const { exitCode, output } = await tidbTest(project, words)
    expect(output).toContain(
      "from cluster: 2 TiDB, 3 PD, 1 store (unistore behind TiKV's protocol: no Raft, no replicas)",
    )
    // None failed, and none was skipped.
    expect(output).toMatch(/Tests\s+\d+ passed \(\d+\)/)
    expect(exitCode).toBe(0)
    await expectNothingLeft(project)
  },
)

test(
  'on a cluster that others run, sessions are on each server, no node is touched and no database is left',
  { timeout: 600_000 },
  async (context) => {
    await needPrograms(context)
    const [others, project] = [await UserProject.create({}), await UserProject.create({})]
    const up = startTidbTest(others, ['up', '--backend', 'cluster'])
    const [, first = '', second = ''] = await up.until(
      /Its TiDBs: mysql:\/\/root@(127\.0\.0\.1:\d+)\/, mysql:\/\/root@(127\.0\.0\.1:\d+)\//,
    )
    const session = await openSession({ name: 'observer', endpoint: { ...addressOf(second), user: 'root' } })
    const seen = async (): Promise<unknown> => ({
      databases: await session.query`SHOW DATABASES`,
      nodes: (await others.processes()).map(({ pid }) => pid).toSorted(),
      accounts: await session.query`SELECT user, host FROM mysql.user`,
    })
    await session.run`CREATE DATABASE precious`
    await session.run`CREATE USER shop@'%' IDENTIFIED BY 'c0rrect-h0rse'`
    await session.run`GRANT ALL PRIVILEGES ON *.* TO shop@'%'`
    const before = await seen()

    const env = { TIDB_CLUSTER_ENDPOINTS: `${first},${second}`, TIDB_USER: 'shop', TIDB_PASSWORD: 'c0rrect-h0rse' }
    const words = ['run', 'cluster', '--backend', 'cluster', '--', '--reporter=verbose']
    const { exitCode, output } = await tidbTest(project, words, env)
    expect(output).toContain("from cluster: 2 TiDB, 1 PD, 1 store (unistore behind TiKV's protocol), external: ")
    // What only needs sessions has run; what changes nodes was skipped, and says why.
    expect(output).toMatch(/Tests\s+\d+ passed \| \d+ skipped \(\d+\)/)
    expect(output).toContain("[changes a node (kill tidb-2), and this run's cluster is somebody else's]")
    expect(output).toMatch(/✓ cluster\/locks.test.ts > sessions of two servers that wait for each other/)
    expect(output).not.toContain('c0rrect-h0rse')
    expect(exitCode).toBe(0)
    expect(await seen()).toEqual(before)

    const twice = await tidbTest(project, ['run', 'cluster', '--backend', 'cluster'], {
      ...env,
      TIDB_CLUSTER_ENDPOINTS: `${first},${first}`,
    })
    expect(twice.output).toContain(`are the same TiDB, ${first}`)
    expect(twice.exitCode).toBe(1)
    await session.close()
    up.child.kill('SIGINT')
    expect((await up.finished).exitCode).toBe(130)
    await expectNothingLeft(others)
  },
)

test('on a single server its tests are skipped, with the reason', { timeout: 240_000 }, async () => {
  const project = await UserProject.create({
    'a.test.ts': `
import { test } from 'vitest-tidb'
test('needs nodes', async ({ cluster }) => { await cluster.kill(1) })
`,
  })
  const { exitCode, output } = await project.vitest(['run', '--reporter=verbose'])
  expect(output).toMatch(/needs nodes.*needs a cluster, and this run's backend is \w+ \(TIDB_BACKEND=cluster\)/)
  expect(exitCode).toBe(0)
})

test('after SIGKILL of the main process no node is left', { timeout: 300_000 }, async (context) => {
  await needPrograms(context)
  const project = await UserProject.create({
    'stuck.test.ts': `
import { test } from 'vitest-tidb'
test('stuck', async ({ cluster }) => {
  console.log('in the test', cluster.nodes.length)
  await new Promise(() => undefined)
})
`,
  })
  const run = project.start(['run', '--disable-console-intercept'], { TIDB_BACKEND: 'cluster' })
  await run.until(/in the test 4/)
  run.child.kill('SIGKILL')
  await expectNothingLeft(project)
})

test('what a test did to nodes is in its record', { timeout: 300_000 }, async (context) => {
  await needPrograms(context)
  const project = await UserProject.create({
    'nodes.test.ts': `
import { test } from 'vitest-tidb'
test('changes nodes', async ({ cluster }) => {
  await cluster.kill(2)
  await cluster.start(2)
  await cluster.pause('kv-1')
  await cluster.resume('kv-1')
  await cluster.stop(2)
})
`,
  })
  const flags = ['run', '--reporter=json', '--outputFile=result.json']
  const { exitCode, output } = await project.vitest(flags, { TIDB_BACKEND: 'cluster' })
  expect(exitCode, output).toBe(0)
  const { testResults } = JSON.parse(await readFile(join(project.folder, 'result.json'), 'utf8')) as {
    testResults: { assertionResults: { meta: { tidb: { faults: unknown[] } } }[] }[]
  }
  expect(testResults[0]?.assertionResults[0]?.meta.tidb.faults).toMatchObject([
    { kind: 'kill', target: 'tidb-2', text: 'killed, then started again' },
    { kind: 'pause', target: 'kv-1', text: 'stopped where it was, then went on' },
    { kind: 'stop', target: 'tidb-2', text: 'ended, so to the end' },
  ])
})
