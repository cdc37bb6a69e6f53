import {
  commonHandlers,
  commonStates,
  DynamicStateMachine,
  expect,
  FailedRunError,
  SimulatedClock,
  test,
  type DynamicStateContext,
} from 'vitest-tidb'

/** Rows that a snapshot must go on to see while another session adds one. */
const ROWS = [1, 2, 3]

async function creatingTable({ session, onCleanup }: DynamicStateContext): Promise<'populating_data'> {
  onCleanup(async () => {
    await session.run`ROLLBACK`
    await session.run`DROP TABLE IF EXISTS iso`
  })
  await session.run`CREATE TABLE iso (id INT PRIMARY KEY)`
  return 'populating_data'
}

test('a snapshot does not see rows written after it began', async ({ db, machine }) => {
  const flow = new DynamicStateMachine()
    .register(commonStates.connecting, commonHandlers.connecting({ then: 'creating_table' }))
    .register('creating_table', { to: ['populating_data'], execute: creatingTable })
    .register('populating_data', {
      to: ['testing_isolation'],
      local: () => ({ inserted: 0 }),
      async execute({ session, local, data }) {
        for (const id of ROWS) local.inserted += (await session.run`INSERT INTO iso VALUES (${id})`).affectedRows
        data.set('inserted', local.inserted)
        return 'testing_isolation'
      },
    })
    .register('testing_isolation', {
      to: ['verifying_results'],
      async execute({ session, data }) {
        await session.run`START TRANSACTION WITH CONSISTENT SNAPSHOT`
        await db.run`INSERT INTO iso VALUES (4)`
        const seen = await session.query<{ id: number }>`SELECT id FROM iso ORDER BY id`
        data.set(
          'seen',
          seen.map((row) => row.id),
        )
        await session.run`COMMIT`
        return 'verifying_results'
      },
    })
    .register('verifying_results', {
      to: [commonStates.completed],
      async execute({ session, data }) {
        expect(data.get('inserted')).toBe(ROWS.length)
        expect(data.get('seen')).toEqual(ROWS)
        await expect(session.query`SELECT COUNT(*) AS n FROM iso`).toReturnRows([{ n: ROWS.length + 1 }])
        return commonStates.completed
      },
    })
  expect(await machine.run(flow)).toVisitStates([
    'connecting',
    'creating_table',
    'populating_data',
    'testing_isolation',
    'verifying_results',
    'completed',
  ])
  await expect(db).not.toHaveTable('iso')
})

test('cleanup runs when a state fails, and the failure names the state and the path', async ({ db, machine }) => {
  const flow = new DynamicStateMachine()
    .register(commonStates.connecting, commonHandlers.connecting({ then: 'creating_table' }))
    .register('creating_table', { to: ['populating_data'], execute: creatingTable })
    .register('populating_data', {
      to: [commonStates.completed],
      async execute({ session }) {
        await session.run`INSERT INTO iso VALUES (1)`
        await session.run`INSERT INTO iso VALUES (1)`
        return commonStates.completed
      },
    })
  const run = machine.run(flow)
  await expect(run).toFailInState('populating_data', 'ER_DUP_ENTRY')
  await expect(run).toVisitStates(['connecting', 'creating_table', 'populating_data', 'error'])
  await expect(run).rejects.toThrow(/failed in 'populating_data' \(execute\).*path: connecting .* ✗ execute → error/s)
  await expect(db).not.toHaveTable('iso')
})

test('a state that waits for a lock too long is ended, left and cleaned up on the same session', async ({
  db,
  machine,
}) => {
  await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT)`
  await db.run`INSERT INTO account VALUES (1, 100)`
  await db.run`BEGIN`
  await db.run`UPDATE account SET balance = 70 WHERE id = 1`
  const after: unknown[] = []
  const flow = new DynamicStateMachine()
    .register(commonStates.connecting, commonHandlers.connecting({ then: 'withdrawing' }))
    .register('withdrawing', {
      to: [commonStates.completed],
      timeout: 500,
      async execute({ session }) {
        await session.run`UPDATE account SET balance = 50 WHERE id = 1`
        return commonStates.completed
      },
      async exit({ session }) {
        after.push(await session.query`SELECT balance FROM account WHERE id = 1`)
      },
    })
  await expect(machine.run(flow)).toFailInState('withdrawing', 'STATE_TIMEOUT')
  await db.run`COMMIT`
  expect(after).toEqual([[{ balance: 100 }]])
  await expect(db.query`SELECT balance FROM account`).toReturnRows([{ balance: 70 }])
})

test('a transition that was not declared fails with both states and what was allowed', async ({ machine }) => {
  const flow = new DynamicStateMachine()
    .register('reading', { to: ['checking'], execute: () => 'writing' as 'checking' })
    .register('checking', { to: [commonStates.completed], execute: () => commonStates.completed })
  const run = machine.run(flow)
  await expect(run).toFailInState('reading', {
    name: 'STATE_UNDECLARED_TRANSITION',
    message: "state 'reading' went to 'writing', but it may go to: 'checking'",
  })
})

test.for([
  ['', undefined],
  [', whatever the clock of the run', new SimulatedClock()],
] as const)(
  'a failure shows the statements of the state that broke, and no others%s',
  async ([, clock], { db, machine }) => {
    await db.run`CREATE TABLE account (id INT PRIMARY KEY, balance INT)`
    const flow = new DynamicStateMachine()
      .register('filling', {
        to: ['withdrawing'],
        async execute({ session }) {
          await session.run`INSERT INTO account VALUES (1, 100)`
          return 'withdrawing'
        },
      })
      .register('withdrawing', {
        to: [commonStates.completed],
        async execute({ session }) {
          await session.query`SELECT balance FROM account WHERE id = ${1}`
          await session.run`INSERT INTO account VALUES (1, 70)`
          return commonStates.completed
        },
      })
    const failure = await machine.run(flow, clock === undefined ? {} : { clock }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FailedRunError)
    const shown = (failure as FailedRunError).message.split("statements while in 'withdrawing':")[1]
    expect(shown).toMatch(
      /1 row +SELECT balance FROM account WHERE id = \? +\[1\]\n.*✗ +INSERT INTO account VALUES \(1, 70\)/,
    )
    expect(shown).not.toContain('(1, 100)')
    expect((failure as FailedRunError).cause).toMatchObject({
      code: 'ER_DUP_ENTRY',
      context: { operation: 'statement', session: 'db', state: 'withdrawing', phase: 'execute' },
    })
  },
)
