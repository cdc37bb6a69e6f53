// #region whole
import {
  commonHandlers,
  commonStates,
  DynamicStateMachine,
  expect,
  test,
} from 'vitest-tidb'

test('a snapshot does not see rows written after it began', async ({
  machine,
  sessions,
}) => {
  const { writer } = await sessions('writer')
  const flow = new DynamicStateMachine()
    .register(
      commonStates.connecting,
      commonHandlers.connecting({ then: 'creating_table' }),
    )
    .register('creating_table', {
      to: ['populating_data'],
      async execute({ session }) {
        await session.run`CREATE TABLE iso (id INT PRIMARY KEY)`
        return 'populating_data'
      },
    })
    .register('populating_data', {
      to: ['testing_isolation'],
      local: () => ({ inserted: 0 }),
      async execute({ session, local }) {
        for (const id of [1, 2, 3])
          local.inserted += (
            await session.run`INSERT INTO iso VALUES (${id})`
          ).affectedRows
        expect(local.inserted).toBe(3)
        return 'testing_isolation'
      },
    })
    .register('testing_isolation', {
      to: [commonStates.completed],
      async execute({ session }) {
        await session.run`BEGIN`
        await expect(session.query`SELECT COUNT(*) AS n FROM iso`).toReturnRows([
          { n: 3 },
        ])
        await writer.run`INSERT INTO iso VALUES (4)`
        await expect(session.query`SELECT COUNT(*) AS n FROM iso`).toReturnRows([
          { n: 3 },
        ])
        await session.run`ROLLBACK`
        return commonStates.completed
      },
    })
  expect(await machine.run(flow)).toReachState('completed')
})
// #endregion whole
