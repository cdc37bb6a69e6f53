import { connect, createServer } from 'node:net'
import { expect, StateMachine, test, connectionWorkflow } from 'vitest-tidb'
import { runWorkflow, type WorkflowOptions } from 'vitest-tidb/engine'

const connecting = (options: WorkflowOptions) => runWorkflow(new StateMachine({ ...connectionWorkflow }), options)

/** A port that nothing listens on: it was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('a database that does not exist is found out where databases are verified', async ({ tidb }) => {
  const run = connecting({ endpoint: tidb.endpoint, database: 'no_such_database' })
  await expect(run).toFailInState('VerifyingDatabase', 'DATABASE_MISSING')
})

test('a user whom the server refuses fails at connecting, without another try', async ({ tidb }) => {
  const run = connecting({ endpoint: { ...tidb.endpoint, user: 'nobody_at_all' }, database: 'test' })
  await expect(run).toFailInState('Connecting', 'CONNECT_DENIED')
  await expect(run).rejects.not.toThrow('Tried')
})

test('a port that nothing listens on is tried several times, then reported', async ({ tidb }) => {
  const run = connecting({ endpoint: { ...tidb.endpoint, port: await freePort() }, database: 'test' })
  await expect(run).toFailInState('Connecting', { name: 'CONNECT_REFUSED', message: 'Tried 4 times' })
})

test('a connection that is lost while it is opened is tried again', async ({ tidb, onTestFinished }) => {
  let arrivals = 0
  const proxy = createServer((client) => {
    if (++arrivals <= 2) {
      client.destroy()
      return
    }
    const server = connect(tidb.endpoint.port, tidb.endpoint.host)
    client.on('error', () => server.destroy()).pipe(server)
    server.on('error', () => client.destroy()).pipe(client)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => proxy.close(() => resolve())))
  const address = proxy.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const run = await connecting({ endpoint: { ...tidb.endpoint, host: '127.0.0.1', port }, database: 'test' })
  expect(run).toReachState('Completed')
  expect(arrivals).toBe(3)
})

test('waiting for the next try ends with the run', async ({ tidb }) => {
  const controller = new AbortController()
  const endpoint = { ...tidb.endpoint, port: await freePort() }
  const run = connecting({
    endpoint,
    signal: controller.signal,
    clock: {
      now: () => Date.now(),
      // The first wait for another try: it would never end by itself.
      setTimeout: () => controller.abort(new Error('enough')),
      clearTimeout: () => undefined,
    },
  })
  await expect(run).toFailInState('Connecting', 'STATE_ABORTED')
})

test.for([
  [{ port: 0 }, 'CONFIG_ENDPOINT', 'the port is 0'],
  [{ port: 70_000 }, 'CONFIG_ENDPOINT', 'the port is 70000'],
  [{ host: ' ' }, 'CONFIG_ENDPOINT', 'the host is empty'],
  [{ user: '' }, 'CONFIG_ENDPOINT', 'the user is empty'],
] as const)('an endpoint with %j is refused before anything is sent', async ([change, name, message], { tidb }) => {
  const run = connecting({ endpoint: { ...tidb.endpoint, ...change }, database: 'test' })
  await expect(run).toFailInState('ParsingConfig', { name, message })
})

test.for([
  ['', 'is empty'],
  ['trailing ', 'ends with a space'],
  ['x'.repeat(65), 'has 65 characters'],
] as const)("the name '%s' of a database is refused before anything is sent", async ([database, message], { tidb }) => {
  const run = connecting({ endpoint: tidb.endpoint, database })
  await expect(run).toFailInState('ParsingConfig', { name: 'CONFIG_DATABASE', message })
})

test('a state that reads a session which nothing has provided is told so', async ({ tidb }) => {
  const own = new StateMachine({
    loading: async ({ session }) => {
      await session.run`SELECT 1`
      return 'Completed'
    },
  })
  const run = runWorkflow(own, { endpoint: tidb.endpoint })
  await expect(run).toFailInState('loading', {
    name: 'STATE_NOT_PROVIDED',
    message: "state 'loading' reads `session`, which nothing has provided",
  })
})
