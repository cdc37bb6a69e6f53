import { describe, expect, test } from 'vitest'
import { containerObstacle, containersOf, onContainers, ownImage } from './support/containers.ts'
import { PASSING } from './support/passing-test.ts'
import { UserProject } from './support/user-project.ts'

const STUCK = `
import { test } from 'vitest-tidb'
test('never ends', { timeout: 600_000 }, async ({ db }) => {
  await db.run\`CREATE TABLE t (id INT)\`
  console.log('in the test')
  await db.query\`SELECT SLEEP(500)\`
})
`

const ITEM = 'CREATE TABLE item (id INT PRIMARY KEY);\nINSERT INTO item VALUES (7);\n'

const READS_ITEM = `
import { test as base, expect } from 'vitest-tidb'
const test = base.extend('schema', 'item.sql')
test('reads what the schema holds', async ({ db }) => {
  await expect(db.query\`SELECT id FROM item\`).toReturnRows([{ id: 7 }])
})
`

const OWN_SERVER = `
import { test as base, expect } from 'vitest-tidb'
const test = base.extend('databaseMode', 'server')
test('has a server of its own', async ({ db }) => {
  await db.run\`SET GLOBAL max_connections = 123\`
  await expect(db.query\`SELECT @@GLOBAL.max_connections AS n\`).toReturnRows([{ n: 123 }])
})
`

const PAUSED = `
import { test as base, expect } from 'vitest-tidb'
const test = base.extend('databaseMode', 'server')
test('is paused, and not started again', async ({ faults }) => {
  const { teller } = await faults.sessions('teller')
  const waiting = await faults.server.pause(async () => {
    const started = teller.start\`SELECT 1 AS one\`
    expect(started.status).toBe('running')
    return started
  })
  await expect(waiting).toReturnRows([{ one: 1 }])
  await expect(faults.server.restart()).rejects.toMatchObject({ code: 'BACKEND_CONTAINER_RESTART' })
})
`

test('there is a Docker engine with an image to try', ({ skip }) => {
  skip(containerObstacle !== undefined, containerObstacle)
})

describe.skipIf(containerObstacle !== undefined)("a user's project on containers", () => {
  test('passes on one container for all, which is named, and leaves none', async () => {
    const image = await ownImage()
    const project = await UserProject.create({ 'a.test.ts': PASSING, 'b.test.ts': PASSING })
    const { exitCode, output } = await project.vitest(['run'], onContainers(image))
    expect(output).toMatch(new RegExp(`store unistore, from container: image ${image}, container \\w{12}, Docker `))
    expect(output).toMatch(/Tests\s+2 passed \(2\)/)
    expect(exitCode).toBe(0)
    expect(await containersOf(image)).toEqual([])
    expect(await project.leftovers()).toEqual([])
  })

  test('passes with a container for each worker, and then on one that is warm with the schema', async () => {
    const image = await ownImage()
    const project = await UserProject.create({
      'item.sql': ITEM,
      'a.test.ts': READS_ITEM.replace("base.extend('schema', 'item.sql')", 'base'),
      'b.test.ts': OWN_SERVER,
      'c.test.ts': PAUSED,
    })
    const env = { ...onContainers(image), TIDB_SCHEMA: 'item.sql' }
    const each = await project.vitest(['run'], { ...env, TIDB_CONTAINER_PER: 'worker' })
    expect(each.output).toContain(`image ${image} (warm), one container for each worker`)
    expect(each.output).toMatch(/Tests\s+3 passed \(3\)/)
    expect(await containersOf(image)).toEqual([])
    const later = await project.vitest(['run', 'a.test.ts'], { ...env, TIDB_WARM_IMAGE: 'false' })
    expect(later.output).toContain(`image ${image} (warm), container `)
    expect(later.output).toMatch(/Tests\s+1 passed \(1\)/)
    expect(await containersOf(image)).toEqual([])
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('has no container left after %s', async (signal) => {
    const image = await ownImage()
    const project = await UserProject.create({ 'stuck.test.ts': STUCK })
    // A warm image is being made meanwhile, whose container goes too.
    const env = { ...onContainers(image), TIDB_WARM_IMAGE: 'true', TIDB_READY_DATABASES: '300' }
    const run = project.start(['run', '--disable-console-intercept'], env)
    await run.until(/in the test/)
    expect((await containersOf(image)).length).toBeGreaterThan(0)
    run.child.kill(signal)
    const { exitCode } = await run.finished
    if (signal !== 'SIGKILL') expect(exitCode).toBe(signal === 'SIGINT' ? 130 : 143)
    await expect.poll(() => containersOf(image), { timeout: 60_000, interval: 250 }).toEqual([])
    await expect.poll(() => project.processes(), { timeout: 30_000 }).toEqual([])
  })

  test('is told when TiDB does not answer in the time that it is given', async () => {
    const image = await ownImage()
    const project = await UserProject.create({ 'a.test.ts': PASSING })
    const { exitCode, output } = await project.vitest(['run'], { ...onContainers(image), TIDB_START_TIMEOUT: '1ms' })
    expect(output).toMatch(/TiDB in the container of .* was not ready within 1 ms\. Last look: /)
    expect(output).toContain('TIDB_START_TIMEOUT')
    expect(exitCode).toBe(1)
    expect(await containersOf(image)).toEqual([])
  })
})
