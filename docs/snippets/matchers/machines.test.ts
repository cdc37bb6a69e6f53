import { DynamicStateMachine, expect, sql, test } from 'vitest-tidb'
import { failureOf } from '../failure-of.ts'

/** Counts what is in a table; a machine that is given the wrong one fails. */
function order(table: string) {
  return new DynamicStateMachine()
    .register('filling', {
      to: ['checking'],
      async execute({ session }) {
        await session.run`CREATE TABLE item (id INT PRIMARY KEY)`
        return 'checking'
      },
    })
    .register('checking', {
      to: ['refunding', 'completed'],
      async execute({ session }) {
        const items = await session.query`SELECT * FROM ${sql.id(table)}`
        return items.length > 0 ? 'refunding' : 'completed'
      },
    })
    .register('refunding', { to: ['completed'], execute: () => 'completed' })
}

test('toReachState', async ({ machine }) => {
  const orderMachine = order('item')
  // #region toReachState-passes
  const run = await machine.run(orderMachine)
  expect(run).toReachState('completed')
  // #endregion toReachState-passes
  const failure = await failureOf(async () => {
    // #region toReachState-fails
    expect(run).toReachState('refunding')
    // #endregion toReachState-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toReachState.txt')
})

test('toVisitStates', async ({ machine }) => {
  const run = await machine.run(order('item'))
  // #region toVisitStates-passes
  expect(run).toVisitStates(['filling', 'checking', 'completed'])
  expect(run).toVisitStates(['filling', 'completed'], { inOrder: true })
  // #endregion toVisitStates-passes
  const failure = await failureOf(async () => {
    // #region toVisitStates-fails
    expect(run).toVisitStates(['filling', 'refunding', 'completed'])
    // #endregion toVisitStates-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toVisitStates.txt')
})

test('toFailInState', async ({ machine }) => {
  const broken = order('items')
  // #region toFailInState-passes
  await expect(machine.run(broken)).toFailInState('checking', 'ER_NO_SUCH_TABLE')
  // #endregion toFailInState-passes
})

test('toFailInState, of a machine that completes', async ({ machine }) => {
  const fine = order('item')
  const failure = await failureOf(async () => {
    // #region toFailInState-fails
    await expect(machine.run(fine)).toFailInState('checking', 'ER_NO_SUCH_TABLE')
    // #endregion toFailInState-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toFailInState.txt')
})

test('toFailOnly', async ({ coordinator }) => {
  // #region toFailOnly-passes
  const run = coordinator.run(
    { require: 'any' },
    {
      reader: ({ session }) => session.query`SELECT 1`,
      broken: ({ session }) => session.query`SELECT * FROM nowhere`,
    },
  )
  await expect(run).toFailOnly('broken')
  // #endregion toFailOnly-passes
  const failure = await failureOf(async () => {
    // #region toFailOnly-fails
    await expect(run).toFailOnly()
    // #endregion toFailOnly-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toFailOnly.txt')
})
