import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Network, type StartedNetwork } from 'testcontainers'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  openSession,
  startToxiproxy,
  type ContainerFaults,
  type Session,
  type StartedToxiproxy,
} from 'vitest-tidb/engine'
import { TiDBContainer, type StartedTiDBContainer } from 'vitest-tidb/container'
import { docker, listed, obstacle, testImage } from '../../backends/container/testing/test-image.ts'
import { toxiproxyImage as image, toxiproxyObstacle } from './testing/toxiproxy-image.ts'

const ROWS = 20_000
const LONG = `SELECT REPEAT('x', ${ROWS}) AS x`
const WHOLE = [{ x: 'x'.repeat(ROWS) }]

test('there is a Docker engine with images of TiDB and of toxiproxy', ({ skip }) => {
  skip(toxiproxyObstacle !== undefined, toxiproxyObstacle)
})

async function open(address: { host: string; port: number }, name = 'far'): Promise<Session> {
  const session = await openSession({ name, endpoint: { ...address, user: 'root' }, connectTimeout: 20_000 })
  onTestFinished(() => session.close())
  return session
}

describe.skipIf(obstacle !== undefined)('a TiDB in a container that is paused', { timeout: 180_000 }, () => {
  test('keeps its connections and answers nobody until it goes on', async () => {
    const container = await new TiDBContainer(testImage).withAutoCleanup(false).start()
    onTestFinished(async () => void (await container.stop()))
    const session = await open(container.getEndpoint())
    const waiting = await container.pause(async () => {
      expect(await docker('inspect', '--format', '{{.State.Status}}', container.getId())).toBe('paused')
      const endpoint = container.getEndpoint()
      const connecting = openSession({ name: 'late', endpoint, connectTimeout: 300 })
      await expect(connecting).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' })
      const started = session.start`SELECT 1 AS one`
      expect(started.status).toBe('running')
      return started
    })
    expect(await waiting.result()).toEqual([{ one: 1 }])
    await expect(container.pause(() => Promise.reject(new Error('of the body')))).rejects.toThrow('of the body')
    expect(await session.query`SELECT 2 AS two`).toEqual([{ two: 2 }])
  })
})

describe.skipIf(toxiproxyObstacle !== undefined)('toxiproxy in the network of a TiDB', { timeout: 180_000 }, () => {
  let tidb: StartedTiDBContainer
  let toxiproxy: StartedToxiproxy
  let faults: ContainerFaults
  let network: StartedNetwork
  const undo: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    // A network asks for Ryuk, whose image is not to be had everywhere.
    vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', 'true')
    network = await new Network().start()
    undo.push(() => network.stop())
    tidb = await new TiDBContainer(testImage)
      .withAutoCleanup(false)
      .withNetwork(network)
      .withNetworkAliases('tidb')
      .start()
    undo.push(() => tidb.stop())
    toxiproxy = await startToxiproxy({ network, image })
    undo.push(() => toxiproxy.stop())
    // By its address: an engine without netfilter knows no names in networks.
    faults = await toxiproxy.before(`${tidb.getIpAddress(network.getName())}:4000`)
  }, 300_000)
  afterAll(async () => {
    for (const each of undo.toReversed()) await each()
    vi.unstubAllEnvs()
  })

  async function milliseconds(work: () => PromiseLike<unknown>): Promise<number> {
    const begun = performance.now()
    await work()
    return performance.now() - begun
  }

  test('forwards what is said, and delays it both ways or one way', async () => {
    const far = await open(faults.address)
    expect(await far.script(LONG)).toEqual([WHOLE])
    const ask = (): Promise<number> => milliseconds(() => far.query`SELECT 1`)
    expect(await faults.latency({ milliseconds: 150 }, ask)).toBeGreaterThan(295)
    expect(await faults.latency({ milliseconds: 150, direction: 'replies' }, ask)).toBeGreaterThan(145)
  })

  test('lets bytes through slowly, or in pieces, and all of them', async () => {
    const far = await open(faults.address)
    await faults.bandwidth({ bytesPerSecond: 50_000 }, async () => {
      const took = await milliseconds(async () => expect(await far.script(LONG)).toEqual([WHOLE]))
      expect(took).toBeGreaterThan(((ROWS * 0.8) / 50_000) * 1_000)
    })
    await faults.slicing({ bytes: 100, direction: 'replies' }, async () => {
      expect(await far.script(LONG)).toEqual([WHOLE])
    })
  })

  const lost = { code: 'CONNECT_LOST' }

  test('breaks connections after so many bytes, or at once', async () => {
    const cut = await open(faults.address, 'cut')
    await faults.byteLimit({ bytes: 1_000, direction: 'replies' }, async () => {
      await expect(cut.script(LONG)).rejects.toMatchObject(lost)
    })
    const broken = await open(faults.address, 'broken')
    await faults.reset(() => expect(broken.query`SELECT 1`).rejects.toMatchObject(lost))
    const after = await open(faults.address, 'after')
    expect(await after.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
  })

  test('holds everything up, and ends the connection afterwards', async () => {
    const far = await open(faults.address)
    const started = await faults.stall({}, async () => {
      const statement = far.start`SELECT 1 AS one`
      const direct = await open(tidb.getEndpoint(), 'direct')
      expect(await direct.query`SELECT 2 AS two`).toEqual([{ two: 2 }])
      expect(statement.status).toBe('running')
      return statement
    })
    await expect(started.result()).rejects.toMatchObject(lost)
  })

  test('takes no connections, and takes them again', async () => {
    const far = await open(faults.address)
    await faults.refuse(async () => {
      await expect(far.query`SELECT 1`).rejects.toMatchObject(lost)
      await expect(open(faults.address)).rejects.toMatchObject({ name: 'ConnectError' })
    })
    const again = await open(faults.address)
    expect(await again.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
  })

  test('has nothing left in force when a body throws, and its error is told', async () => {
    const far = await open(faults.address)
    const scope = faults.latency({ milliseconds: 60_000 }, () => Promise.reject(new Error('of the body')))
    await expect(scope).rejects.toThrow('of the body')
    expect(await far.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
  })

  test.for([
    ['latency', () => faults.latency({ milliseconds: -1 }, never)],
    ['bandwidth', () => faults.bandwidth({ bytesPerSecond: 10 }, never)],
    ['slicing', () => faults.slicing({ bytes: 0 }, never)],
    ['byteLimit', () => faults.byteLimit({ bytes: 1.5 }, never)],
  ] as const)('refuses what makes no sense: %s', async ([name, act]) => {
    await expect((async () => act())()).rejects.toMatchObject({
      code: 'FAULT_OPTION',
      message: expect.stringContaining(name),
    })
  })

  test('has a name in the network, and proxies that lead to each other', async () => {
    const ids = await listed(`network=${network.getName()}`)
    const id = ids.find((each) => each !== tidb.getId()) ?? ''
    const names = '{{range .NetworkSettings.Networks}}{{.Aliases}}{{end}}'
    expect(await docker('inspect', '--format', names, id)).toMatch(/\btoxiproxy\b/)
    const second = await toxiproxy.before(`127.0.0.1:${faults.portInNetwork}`)
    const through = await open(second.address)
    expect(await through.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
    await faults.refuse(() => expect(through.query`SELECT 1`).rejects.toMatchObject(lost))
  })

  test('that is gone is told with what the body said', async () => {
    const other = await new Network().start()
    onTestFinished(async () => void (await other.stop()))
    const own = await startToxiproxy({ network: other, image })
    onTestFinished(() => own.stop())
    const proxy = await own.before('tidb:4000')
    const scope = proxy.latency({ milliseconds: 1 }, async () => {
      await own.stop()
      throw new Error('of the body')
    })
    await expect(scope).rejects.toMatchObject({
      code: 'FAULT_TOXIPROXY',
      message: expect.stringMatching(/^toxiproxy could not remove latency: [^]*of the body$/),
    })
  })

  test('goes with the SIGKILL of the process that started it', async () => {
    const network = await new Network().start()
    const program = `
      const { startToxiproxy } = await import(${JSON.stringify(new URL('start-toxiproxy.ts', import.meta.url).href)})
      await startToxiproxy({ network: { getName: () => ${JSON.stringify(network.getName())} }, image: ${JSON.stringify(image)} })
      console.log('started')
      setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void parent.kill('SIGKILL'))
    await once(createInterface(parent.stdout), 'line')
    const here = (): Promise<string[]> => listed(`network=${network.getName()}`)
    expect(await here()).toHaveLength(1)
    parent.kill('SIGKILL')
    await vi.waitFor(async () => expect(await here()).toEqual([]), { timeout: 30_000, interval: 100 })
    await network.stop()
  })
})

const never = (): Promise<never> => Promise.reject(new Error('the body ran'))
