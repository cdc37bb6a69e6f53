import {
  connectionWorkflow,
  expect,
  MultiConnectionStateMachine,
  SharedState,
  State,
  StateMachine,
  test,
} from 'vitest-tidb'

interface Versions {
  versions: Record<string, string>
}

test.describe('connections, one of which cannot be had', () => {
  test('as tasks: the others go on, and their results are compared', async ({ db, coordinator }) => {
    const version = async ({ session }: { session: typeof db }): Promise<unknown> =>
      (await session.query`SELECT VERSION() AS version`)[0]?.['version']
    const run = coordinator.run(
      { require: 2, connections: { lost: { database: 'no_such_database' } } },
      { east: version, lost: version, west: version },
    )
    await expect(run).toFailOnly('lost')
    const { east, west } = await run
    expect(east).toBe(west)
    const { lost } = await run.outcomes
    expect(lost).toMatchObject({ status: 'error', error: { code: 'CONNECT_UNKNOWN_DATABASE' } })
  })

  test('as machines: each goes its own way through the states of connecting', async ({ coordinator }) => {
    const shared = new SharedState<Versions>({ versions: {} })
    const machines = new MultiConnectionStateMachine(coordinator, { shared, require: 2 })
    for (const name of ['east', 'lost', 'west']) {
      machines.add(
        name,
        (connection) =>
          new StateMachine({
            ...connectionWorkflow,
            [State.GettingVersion]: ({ serverVersion }) => {
              connection.shared.update(({ versions }) => ({ versions: { ...versions, [name]: serverVersion.text } }))
              return State.Completed
            },
          }),
        name === 'lost' ? { database: 'no_such_database' } : {},
      )
    }
    const run = machines.run()
    await expect(run).toFailOnly('lost')
    await run
    expect(Object.keys(shared.value.versions).toSorted()).toEqual(['east', 'west'])
    expect(shared.value.versions['east']).toBe(shared.value.versions['west'])
    expect(shared.connections['lost']).toMatchObject({ status: 'error', error: { code: 'STATE_FAILED' } })
    expect(shared.events.filter(({ kind }) => kind === 'connectionEstablished').map(({ from }) => from)).toContain(
      'west',
    )
  })

  test('where all are required the run fails, with the path of the one that failed', async ({ coordinator }) => {
    const workflow = new StateMachine({ ...connectionWorkflow })
    const run = new MultiConnectionStateMachine(coordinator)
      .add('east', workflow)
      .add('lost', workflow, { database: 'no_such_database' })
      .run()
    await expect(run).rejects.toThrow(
      /lost: the state machine failed in 'VerifyingDatabase'.*\n.*\n.*path: Initial .* → VerifyingDatabase .*✗ execute → Error/,
    )
    await expect(run).toFailOnly('lost')
  })
})

test('a statement that waits for a lock is ended when another task has failed', async ({ db, coordinator }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 0)`
  await db.run`BEGIN`
  await db.run`UPDATE t SET v = 1 WHERE id = 1`
  const run = coordinator.run(
    {},
    {
      async waiting({ session, latch }) {
        const update = session.start`UPDATE t SET v = 2 WHERE id = 1`
        await expect(update).toBeBlockedBy(db)
        latch('blocked').countDown()
        await update.result()
      },
      async failing({ latch, session }) {
        await latch('blocked').wait()
        await session.run`INSERT INTO no_such_table VALUES (1)`
      },
    },
  )
  await expect(run).toFailOnly('failing')
  const { waiting } = await run.outcomes
  expect(waiting.aborted).toBe(true)
  await db.run`ROLLBACK`
  await expect(db.query`SELECT v FROM t`).toReturnRows([{ v: 0 }])
})
