import {
  CircuitBreaker,
  commonHandlers,
  commonStates,
  DynamicStateMachine,
  expect,
  isCircuitOpenError,
  SimulatedClock,
  test,
} from 'vitest-tidb'
import { connectingRetry, openSession, retry } from 'vitest-tidb/engine'

test('while a server refuses, connecting fails; open sessions go on; afterwards it is open again', async ({
  faults,
}) => {
  const { before } = await faults.sessions('before')
  await faults.refuse(async () => {
    await expect(openSession({ name: 'late', endpoint: faults.endpoint })).rejects.toMatchObject({
      code: 'CONNECT_REFUSED',
      outcome: 'transient',
    })
    await expect(before.query`SELECT 1 AS one`).toReturnRows([{ one: 1 }])
  })
  await using after = await openSession({ name: 'after', endpoint: faults.endpoint })
  expect(await after.query`SELECT 2 AS two`).toEqual([{ two: 2 }])
})

test.for(['reset', 'close'] as const)(
  'connecting is tried again when the first attempt ends in %s',
  async (then, { faults }) => {
    const failures: unknown[] = []
    const session = await faults.connecting({ then, nth: 1 }, () =>
      retry(
        () => openSession({ name: 'late', endpoint: faults.endpoint }),
        { operation: 'connecting', preset: connectingRetry },
        { firstDelay: 1, onRetry: ({ error }) => void failures.push(error) },
      ),
    )
    expect(failures).toEqual([expect.objectContaining({ name: 'ConnectError', outcome: 'transient' })])
    expect(await session.query`SELECT 1 AS one`).toEqual([{ one: 1 }])
    await session.close()
  },
)

test('a server that takes a connection and never greets is given up after the timeout', async ({ faults }) => {
  await faults.connecting({ then: 'silence' }, async () => {
    const connecting = openSession({ name: 'waiting', endpoint: faults.endpoint, connectTimeout: 200 })
    await expect(connecting).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT', outcome: 'transient' })
  })
})

test('a circuit breaker opens when the server refuses, and closes when it is back', async ({ faults }) => {
  const clock = new SimulatedClock()
  const breaker = new CircuitBreaker({ name: 'orders', failures: 2, halfOpenAfter: 5_000, clock })
  const ask = () =>
    breaker.run(async () => {
      await using session = await openSession({ name: 'order', endpoint: faults.endpoint })
      return await session.query`SELECT 1 AS one`
    })
  expect(await ask()).toEqual([{ one: 1 }])
  await faults.refuse(async () => {
    for (const attempt of [1, 2]) {
      await expect(ask(), `attempt ${attempt}`).rejects.toMatchObject({ code: 'CONNECT_REFUSED' })
    }
    expect(breaker.status).toMatchObject({ circuit: 'open', retryAfter: 5_000 })
    expect(isCircuitOpenError(await ask().catch((error: unknown) => error))).toBe(true)
    await clock.advance(5_000)
    await expect(ask()).rejects.toMatchObject({ code: 'CONNECT_REFUSED' })
    expect(breaker.status.circuit).toBe('open')
  })
  await clock.advance(5_000)
  expect(await ask()).toEqual([{ one: 1 }])
  expect(breaker.status).toMatchObject({ circuit: 'closed', failures: 0 })
})

test('a machine that connects through the proxy fails in the state that meets the fault', async ({
  faults,
  machine,
}) => {
  const flow = new DynamicStateMachine().register(
    commonStates.connecting,
    commonHandlers.connecting({ then: commonStates.completed }),
  )
  const options = { endpoint: faults.endpoint, retry: { attempts: 2, firstDelay: 1 } }
  await faults.refuse(async () => {
    await expect(machine.run(flow, options)).toFailInState('connecting', { name: 'CONNECT_REFUSED' })
  })
  await expect(machine.run(flow, options)).toReachState('completed')
})

test('of two clients that connect at once, the one that a fault is aimed at meets it', async ({ faults }) => {
  await faults.connecting({ then: 'reset', nth: 2 }, async () => {
    const opened = await Promise.allSettled(
      ['one', 'other'].map((name) => openSession({ name, endpoint: faults.endpoint })),
    )
    expect(opened.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    for (const result of opened) if (result.status === 'fulfilled') await result.value.close()
  })
})
