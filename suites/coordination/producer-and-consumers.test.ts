import { type ConnectionContext, DynamicStateMachine, expect, Mailbox, SharedState, test } from 'vitest-tidb'

const JOBS = 12

interface Queue {
  produced: number
  closed: boolean
}

test('as tasks: consumers take jobs by UPDATE … LIMIT 1, and none is taken twice', async ({ db, coordinator }) => {
  await db.run`CREATE TABLE job (id INT PRIMARY KEY, taken_by VARCHAR(16))`
  async function consumer({ name, session, shared }: ConnectionContext<Queue>): Promise<number> {
    let taken = 0
    for (;;) {
      const before = shared.value.produced
      const { affectedRows } = await session.run`
        UPDATE job SET taken_by = ${name} WHERE taken_by IS NULL ORDER BY id LIMIT 1`
      taken += affectedRows
      if (affectedRows > 0) continue
      if (shared.value.closed && shared.value.produced === before) return taken
      await shared.until(({ produced, closed }) => produced > before || closed)
    }
  }
  const done = await coordinator.run(
    { shared: new SharedState<Queue>({ produced: 0, closed: false }) },
    {
      async producer({ session, shared }) {
        for (let id = 1; id <= JOBS; id++) {
          await session.run`INSERT INTO job VALUES (${id}, NULL)`
          shared.update(({ produced }) => ({ produced: produced + 1 }))
        }
        shared.update(() => ({ closed: true }))
      },
      ada: consumer,
      ben: consumer,
    },
  )
  expect(done.ada + done.ben).toBe(JOBS)
  await expect(db.query`SELECT COUNT(*) AS n FROM job WHERE taken_by IS NULL`).toReturnRows([{ n: 0 }])
})

interface Messages {
  job: { id: number }
  enough: Record<never, never>
}

test('as machines: the producer hands jobs out by messages, in turn, and each arrives in order', async ({
  db,
  coordinator,
}) => {
  await db.run`CREATE TABLE job (id INT PRIMARY KEY, done_by VARCHAR(16), place INT)`
  const consumer = ({ name, mailbox }: ConnectionContext<object, Messages>) =>
    new DynamicStateMachine<never>().register('consuming', {
      to: ['consuming', 'completed'],
      async execute({ session, data }) {
        const place = Number(data.get('place') ?? 0) + 1
        data.set('place', place)
        const { id } = await mailbox.receive('job')
        if (id === 0) return 'completed'
        await session.run`UPDATE job SET done_by = ${name}, place = ${place} WHERE id = ${id}`
        return 'consuming'
      },
    })
  const done = await coordinator.run(
    { mailbox: new Mailbox<Messages>() },
    {
      producer: ({ mailbox }) =>
        new DynamicStateMachine().register('producing', {
          to: ['completed'],
          async execute({ session }) {
            for (let id = 1; id <= JOBS; id++) {
              await session.run`INSERT INTO job VALUES (${id}, NULL, NULL)`
              mailbox.send(id % 2 === 0 ? 'ada' : 'ben', 'job', { id })
            }
            mailbox.broadcast('job', { id: 0 })
            return 'completed'
          },
        }),
      ada: consumer,
      ben: consumer,
    },
  )
  expect(done.ada.history.filter(({ state }) => state === 'consuming')).toHaveLength(JOBS / 2 + 1)
  const rows = await db.query<{ id: number; done_by: string; place: number }>`SELECT * FROM job ORDER BY id`
  expect(rows).toEqual(rows.map(({ id }) => ({ id, done_by: id % 2 === 0 ? 'ada' : 'ben', place: Math.ceil(id / 2) })))
})
