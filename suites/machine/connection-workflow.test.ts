import {
  commonHandlers,
  commonStates,
  connectionWorkflow,
  DynamicStateMachine,
  expect,
  State,
  StateMachine,
  test,
} from 'vitest-tidb'

test('a connection is opened step by step', async ({ machine }) => {
  const run = await machine.run(
    new StateMachine({
      ...connectionWorkflow,
      [State.GettingVersion]: ({ serverVersion }) => (serverVersion.major >= 8 ? State.Completed : State.Error),
    }),
  )
  expect(run).toVisitStates([
    State.Initial,
    State.ParsingConfig,
    State.Connecting,
    State.TestingConnection,
    State.VerifyingDatabase,
    State.GettingVersion,
    State.Completed,
  ])
})

test('the session of the workflow is another one than db, on the same database, and is closed with the run', async ({
  db,
  machine,
  statements,
}) => {
  const seen: { connectionId?: number; database?: unknown } = {}
  await machine.run(
    new StateMachine({
      ...connectionWorkflow,
      [State.GettingVersion]: async ({ session }) => {
        const [row] = await session.query`SELECT DATABASE() AS name`
        Object.assign(seen, { connectionId: session.connectionId, database: row?.['name'] })
        return State.Completed
      },
    }),
  )
  expect(seen.database).toBe(db.database)
  expect(seen.connectionId).not.toBe(db.connectionId)
  const rows = await db.query<{ ID: number }>`SHOW PROCESSLIST`
  expect(rows.map((row) => Number(row.ID))).not.toContain(seen.connectionId)
  expect(statements.entries.filter((entry) => entry.session === 'machine').length).toBeGreaterThanOrEqual(3)
})

test('a dynamic machine opens a connection with the same steps', async ({ machine, tidb }) => {
  const versions: unknown[] = []
  const flow = new DynamicStateMachine()
    .register(commonStates.initial, commonHandlers.initial({ then: commonStates.parsingConfig }))
    .register(commonStates.parsingConfig, commonHandlers.parsingConfig({ then: commonStates.connecting }))
    .register(commonStates.connecting, commonHandlers.connecting({ then: commonStates.testingConnection }))
    .register(
      commonStates.testingConnection,
      commonHandlers.testingConnection({ then: commonStates.verifyingDatabase }),
    )
    .register(commonStates.verifyingDatabase, commonHandlers.verifyingDatabase({ then: commonStates.gettingVersion }))
    .register(commonStates.gettingVersion, commonHandlers.gettingVersion({ then: 'noting_version' }))
    .register('noting_version', {
      to: [commonStates.completed],
      execute: ({ serverVersion }) => {
        versions.push(serverVersion)
        return commonStates.completed
      },
    })
  const run = await machine.run(flow)
  expect(run).toVisitStates(['initial', 'connecting', 'getting_version', 'completed'], { inOrder: true })
  expect(versions).toEqual([tidb.serverVersion])
  expect(run.history.map((visit) => visit.outcome)).toEqual(run.history.map(() => 'passed'))
})

test('a machine that does not connect works on db', async ({ db, machine }) => {
  const connectionIds: number[] = []
  const own = new StateMachine({
    initial: () => 'loading',
    loading: async ({ session }) => {
      connectionIds.push(session.connectionId)
      await session.run`CREATE TABLE t (id INT PRIMARY KEY)`
      return State.Completed
    },
  })
  expect(await machine.run(own)).toReachState('loading')
  expect(connectionIds).toEqual([db.connectionId])
  await expect(db).toHaveTable('t')
})
