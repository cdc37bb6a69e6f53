import { inspect } from 'node:util'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import {
  CircuitBreaker,
  expect,
  formatError,
  isCircuitOpenError,
  isConnectError,
  SimulatedClock,
  test,
} from 'vitest-tidb'
import { connectingRetry, openSession, retry, Secret, type Endpoint } from 'vitest-tidb/engine'

/** A door before a TiDB that counts who knocks, and can be shut. */
class Door {
  readonly #server: Server
  readonly endpoint: Endpoint
  knocks = 0
  shut = false

  private constructor(server: Server, behind: Endpoint) {
    this.#server = server
    this.endpoint = { ...behind, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    server.on('connection', (client) => {
      this.knocks++
      if (this.shut) {
        client.destroy()
        return
      }
      const inside = connect(behind.port, behind.host)
      client.on('error', () => inside.destroy()).pipe(inside)
      inside.on('error', () => client.destroy()).pipe(client)
    })
  }

  static async before(behind: Endpoint): Promise<Door> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new Door(server, behind)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

test('a circuit breaker leaves a server alone that cannot be reached, and tries it again after a while', async ({
  tidb,
}) => {
  await using door = await Door.before(tidb.endpoint)
  const clock = new SimulatedClock()
  const breaker = new CircuitBreaker({ name: 'orders', failures: 2, halfOpenAfter: 5_000, clock })
  const knock = () =>
    breaker.run(async () => {
      await using session = await openSession({ name: 'knock', endpoint: door.endpoint })
      return await session.query`SELECT 1 AS one`
    })
  const failure = () =>
    knock().then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(await knock()).toEqual([{ one: 1 }])
  door.shut = true
  for (const error of [await failure(), await failure()]) {
    expect(isConnectError(error) && error.outcome).toBe('transient')
  }
  expect(breaker.status).toMatchObject({ circuit: 'open', failures: 2, retryAfter: 5_000 })
  const open = await failure()
  expect(isCircuitOpenError(open) && open.retryAfter).toBe(5_000)
  expect(door.knocks).toBe(3)
  await clock.advance(5_000)
  expect(isConnectError(await failure())).toBe(true)
  expect(breaker.status).toMatchObject({ circuit: 'open', retryAfter: 5_000 })
  door.shut = false
  await clock.advance(5_000)
  expect(await knock()).toEqual([{ one: 1 }])
  expect(breaker.status).toMatchObject({ circuit: 'closed', failures: 0 })
})

test('connecting goes on when the server comes back in time', async ({ tidb }) => {
  await using door = await Door.before(tidb.endpoint)
  door.shut = true
  const session = await retry(
    (attempt) => {
      if (attempt === 3) door.shut = false
      return openSession({ name: 'late', endpoint: door.endpoint })
    },
    { operation: 'connecting', preset: connectingRetry },
    { firstDelay: 1 },
  )
  expect(await session.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
  expect(door.knocks).toBe(3)
  await session.close()
})

test('a failure to connect tells people where, as whom and how often, and never the password', async ({ tidb }) => {
  await using door = await Door.before(tidb.endpoint)
  door.shut = true
  const endpoint = { ...door.endpoint, password: new Secret('swordfish') }
  const connecting = retry(
    () => openSession({ name: 'never', endpoint }),
    { operation: 'connecting', preset: connectingRetry },
    { attempts: 2, firstDelay: 1 },
  )
  const error = await connecting.catch((thrown: unknown) => thrown)
  const text = formatError(error)
  expect(text).toMatch(/^ConnectError CONNECT_/)
  expect(text).toContain('Tried 2 times')
  expect(text).toContain(`operation: connecting, endpoint: 127.0.0.1:${endpoint.port}`)
  expect(text).toContain('attempt: 2, attempts: 2')
  for (const shown of [text, inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error)]) {
    expect(shown).not.toContain('swordfish')
  }
})
