import { expect, test, type TestContext } from 'vitest'
import { clusterPrograms, needPrograms } from './support/cluster-programs.ts'
import {
  type ClusterImages,
  clusterImages,
  containerObstacle,
  containersOf,
  networks,
  onClusterOf,
} from './support/containers.ts'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

/** Images that hold nothing but the servers of an embedded cluster: no registry is asked. */
async function needImages({ skip }: Pick<TestContext, 'skip'>, project: UserProject): Promise<ClusterImages> {
  skip(containerObstacle !== undefined, containerObstacle)
  // Told by .ci/engine.sh.
  const nameless = process.env['TIDB_TEST_NAMELESS_NETWORKS'] !== undefined
  skip(nameless, 'the Docker engine runs without netfilter, so containers of a network do not know their names')
  await needPrograms({ skip })
  return await clusterImages(await clusterPrograms(project))
}

async function left(images: ClusterImages): Promise<string[]> {
  return (await Promise.all(Object.values(images).map((image: string) => containersOf(image)))).flat()
}

test(
  'the suite of clusters passes on a cluster of containers, and leaves none',
  { timeout: 900_000 },
  async (context) => {
    const project = await UserProject.create({})
    const images = await needImages(context, project)
    const before = await networks()
    // One worker, and a database for each test: every further cluster takes its time.
    const env = { ...onClusterOf(images), TIDB_READY_DATABASES: '30' }
    const words = ['run', 'cluster', '--backend', 'cluster', '--', '--maxWorkers=1']
    const { exitCode, output } = await tidbTest(project, words, env)
    expect(output).toMatch(
      /from cluster: 2 TiDB, 1 PD, 1 store \(unistore behind TiKV's protocol: no Raft, no replicas\), containers of vitest-tidb\/e2e:/,
    )
    // None failed; what was skipped needs three PDs, or files that servers in containers do not see.
    expect(output).toMatch(/Tests\s+\d+ passed \| 2 skipped \(\d+\)/)
    expect(output).toMatch(/✓ cluster\/nodes\.test\.ts \(\d+ tests\)/)
    expect(exitCode).toBe(0)
    expect(await left(images)).toEqual([])
    expect(await networks()).toEqual(before)
    expect(await project.leftovers()).toEqual([])
  },
)

test(
  'after SIGKILL of the main process no container of a cluster is left, nor its network',
  {
    timeout: 600_000,
  },
  async (context) => {
    const project = await UserProject.create({
      'stuck.test.ts': `
import { test } from 'vitest-tidb'
test('stuck', async ({ cluster }) => {
  console.log('in the test', cluster.source, cluster.nodes.length)
  await new Promise(() => undefined)
})
`,
    })
    const images = await needImages(context, project)
    const before = await networks()
    const run = project.start(['run', '--disable-console-intercept'], onClusterOf(images))
    await run.until(/in the test container 4/)
    expect(await left(images)).toHaveLength(4)
    expect(await networks()).toHaveLength(before.length + 1)
    run.child.kill('SIGKILL')
    const eventually = { timeout: 60_000, interval: 250 }
    await expect.poll(() => left(images), eventually).toEqual([])
    await expect.poll(networks, eventually).toEqual(before)
    await expect.poll(() => project.processes(), eventually).toEqual([])
  },
)
