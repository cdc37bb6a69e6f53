import { type ConnectionContext, DynamicStateMachine, expect, test } from 'vitest-tidb'

test('as tasks: each begins when the one before has completed its test', async ({ db, coordinator }) => {
  const order: string[] = []
  const done = await coordinator.run(
    {},
    {
      async report({ session, events }) {
        await events.waitFor('testCompleted', { from: 'lines' })
        order.push('report')
        return session.query<{
          total: string
        }>`SELECT SUM(amount) AS total FROM line JOIN invoice ON invoice.id = invoice_id`
      },
      async lines({ session, events }) {
        await events.waitFor('testCompleted', { from: 'invoices' })
        order.push('lines')
        await session.run`CREATE TABLE line (invoice_id INT, amount INT)`
        await session.run`INSERT INTO line VALUES (1, 10), (1, 20), (2, 30)`
      },
      async invoices({ session, events }) {
        await events.waitFor('allConnectionsReady')
        order.push('invoices')
        await session.run`CREATE TABLE invoice (id INT PRIMARY KEY)`
        await session.run`INSERT INTO invoice VALUES (1), (2)`
      },
    },
  )
  expect(order).toEqual(['invoices', 'lines', 'report'])
  expect(done.report).toEqual([{ total: '60' }])
  await expect(db).toHaveTable('line')
})

test('as machines: those that depend on one that failed are told at once, and the others go on', async ({
  db,
  coordinator,
}) => {
  const creating = (statement: string, after?: string) => (connection: ConnectionContext) =>
    new DynamicStateMachine<never>()
      .register('waiting', {
        to: ['creating'],
        async execute() {
          if (after !== undefined) await connection.events.waitFor('testCompleted', { from: after })
          return 'creating'
        },
      })
      .register('creating', {
        to: ['completed'],
        async execute({ session }) {
          await session.script(statement)
          return 'completed'
        },
      })
  const run = coordinator.run(
    { require: 'any' },
    {
      customers: creating('CREATE TABLE customer (id INT PRIMARY KEY)'),
      // Refused before it becomes a job. Where the server only looks while another DDL ends, as with a foreign key, it may
      // say 8028 (the schema has changed) instead.
      orders: creating('CREATE TABLE orders (id INT, id INT)', 'customers'),
      lines: creating('CREATE TABLE line (id INT PRIMARY KEY)', 'orders'),
      stock: creating('CREATE TABLE stock (id INT PRIMARY KEY)', 'customers'),
    },
  )
  await expect(run).toFailOnly('orders', 'lines')
  const done = await run
  expect(done.stock).toReachState('completed')
  const { orders, lines } = await run.outcomes
  expect(orders.error?.message).toContain("failed in 'creating' (execute): Duplicate column name 'id'")
  expect(lines.error?.message).toContain("'lines' waited for the event 'testCompleted' of orders")
  expect(lines.error?.message).toContain('orders has failed')
  await expect(db).toHaveTable('stock')
  await expect(db).not.toHaveTable('line')
})
