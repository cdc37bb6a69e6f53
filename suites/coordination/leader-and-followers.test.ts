import {
  type ConnectionContext,
  DynamicStateMachine,
  expect,
  Mailbox,
  type WithReply,
  SharedState,
  test,
} from 'vitest-tidb'

interface Progress {
  table: boolean
  written: number
}

test('as tasks: followers write when the leader has made the table, and the leader counts their rows', async ({
  coordinator,
}) => {
  async function follower({ index, session, shared }: ConnectionContext<Progress>): Promise<void> {
    await shared.until(({ table }) => table)
    await session.run`INSERT INTO led VALUES (${index})`
    shared.update(({ written }) => ({ written: written + 1 }))
  }
  const done = await coordinator.run(
    { shared: new SharedState<Progress>({ table: false, written: 0 }) },
    {
      async leader({ session, shared }) {
        await session.run`CREATE TABLE led (follower INT PRIMARY KEY)`
        shared.update(() => ({ table: true }))
        await shared.until(({ written }) => written === 3)
        return session.query`SELECT follower FROM led ORDER BY follower`
      },
      ada: follower,
      ben: follower,
      cleo: follower,
    },
  )
  expect(done.leader).toEqual([{ follower: 1 }, { follower: 2 }, { follower: 3 }])
})

interface Messages {
  tableReady: { table: string }
  share: WithReply<{ follower: string }, { from: number; to: number }>
  done: { rows: number }
}

test('as machines: followers ask the leader for their share of the work, and report', async ({ db, coordinator }) => {
  const follower = ({ name, mailbox }: ConnectionContext<object, Messages>) =>
    new DynamicStateMachine<never>()
      .register('awaiting_table', {
        to: ['writing'],
        async execute() {
          await mailbox.receive('tableReady', { from: 'leader' })
          return 'writing'
        },
      })
      .register('writing', {
        to: ['completed'],
        async execute({ session }) {
          const { from, to } = await mailbox.request('leader', 'share', { follower: name })
          for (let id = from; id < to; id++) await session.run`INSERT INTO led VALUES (${id}, ${name})`
          mailbox.send('leader', 'done', { rows: to - from })
          return 'completed'
        },
      })

  const done = await coordinator.run(
    { mailbox: new Mailbox<Messages>() },
    {
      leader: ({ mailbox, names }) =>
        new DynamicStateMachine()
          .register('creating_table', {
            to: ['dividing'],
            async execute({ session }) {
              await session.run`CREATE TABLE led (id INT PRIMARY KEY, follower VARCHAR(16))`
              mailbox.broadcast('tableReady', { table: 'led' })
              return 'dividing'
            },
          })
          .register('dividing', {
            to: ['counting'],
            async execute() {
              for (let share = 0; share < names.length - 1; share++) {
                await mailbox.answer('share', () => ({ from: share * 2, to: share * 2 + 2 }))
              }
              return 'counting'
            },
          })
          .register('counting', {
            to: ['completed'],
            local: () => ({ rows: 0 }),
            async execute({ local, session }) {
              for (const name of names.slice(1)) local.rows += (await mailbox.receive('done', { from: name })).rows
              await expect(session.query`SELECT COUNT(*) AS n FROM led`).toReturnRows([{ n: local.rows }])
              return 'completed'
            },
          }),
      ada: follower,
      ben: follower,
      cleo: follower,
    },
  )
  expect(done.leader).toVisitStates(['creating_table', 'dividing', 'counting', 'completed'])
  await expect(db.query`SELECT COUNT(*) AS n, COUNT(DISTINCT follower) AS followers FROM led`).toReturnRows([
    { n: 6, followers: 3 },
  ])
})
