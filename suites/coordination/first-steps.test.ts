import { DynamicStateMachine, expect, Mailbox, SharedState, test } from 'vitest-tidb'

test('a reader starts when the writer has written', async ({ db, coordinator }) => {
  await db.run`CREATE TABLE t (id INT)`
  const done = await coordinator.run(
    { shared: new SharedState({ rows: 0 }) },
    {
      async writer({ session, shared }) {
        const { affectedRows } = await session.run`INSERT INTO t VALUES (1), (2)`
        shared.update((s) => ({ rows: s.rows + affectedRows }))
      },
      async reader({ session, shared }) {
        await shared.until((s) => s.rows > 0)
        return session.query<{ n: number }>`SELECT COUNT(*) AS n FROM t`
      },
    },
  )
  expect(done.reader).toEqual([{ n: 2 }])
})

interface Messages {
  tableReady: { table: string }
  counted: { rows: number }
}

test('a follower sees the table its leader announces', async ({ coordinator }) => {
  const done = await coordinator.run(
    { mailbox: new Mailbox<Messages>() },
    {
      leader: ({ mailbox }) =>
        new DynamicStateMachine().register('creating_table', {
          to: ['completed'],
          async execute({ session }) {
            await session.run`CREATE TABLE led (id INT)`
            mailbox.send('follower', 'tableReady', { table: 'led' })
            expect((await mailbox.receive('counted')).rows).toBe(0)
            return 'completed'
          },
        }),
      follower: ({ mailbox }) =>
        new DynamicStateMachine().register('counting', {
          to: ['completed'],
          async execute({ session }) {
            await mailbox.receive('tableReady')
            mailbox.send('leader', 'counted', { rows: (await session.query`SELECT * FROM led`).length })
            return 'completed'
          },
        }),
    },
  )
  expect(done.follower).toReachState('completed')
})
