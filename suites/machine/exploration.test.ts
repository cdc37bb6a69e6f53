import {
  commonStates,
  DynamicStateMachine,
  expect,
  explorePaths,
  exploreWalks,
  followPath,
  test,
  type ExplorationModel,
} from 'vitest-tidb'
import { hasFastCheck } from './fast-check.ts'

type Data = Map<string, unknown>

/** What a client of a transaction expects: rows that are committed, and rows that its transaction sees. */
const number = (data: Data, name: string): number => (data.get(name) as number | undefined) ?? 0
const set = (data: Data, values: Record<string, number>): void => {
  for (const [name, value] of Object.entries(values)) data.set(name, value)
}

const model = {
  beginning: (data) => set(data, { open: 1, seen: number(data, 'committed'), saved: -1 }),
  inserting: (data) => set(data, { seen: number(data, 'seen') + 1 }),
  saving: (data) => set(data, { saved: number(data, 'seen') }),
  restoring: (data) => set(data, { seen: number(data, 'saved') }),
  committing: (data) => set(data, { open: 0, committed: number(data, 'seen') }),
  rolling_back: (data) => set(data, { open: 0, seen: number(data, 'committed') }),
} satisfies ExplorationModel

const hasRoom = (data: Data): boolean => number(data, 'seen') < 3
const hasSavepoint = (data: Data): boolean => number(data, 'saved') >= 0

/** A session's transaction: after each statement the session must see what the model says. */
const transactions = new DynamicStateMachine()
  .register('idling', {
    to: ['beginning', commonStates.completed],
    guards: { beginning: hasRoom },
  })
  .register('beginning', {
    to: ['inserting', 'committing', 'rolling_back'],
    async execute({ session, data }) {
      await session.run`BEGIN`
      model.beginning(data)
    },
    guards: {},
  })
  .register('inserting', {
    to: ['inserting', 'saving', 'restoring', 'committing', 'rolling_back'],
    guards: { inserting: hasRoom, restoring: hasSavepoint },
    async execute({ session, data }) {
      await session.run`INSERT INTO entry VALUES ()`
      model.inserting(data)
    },
  })
  .register('saving', {
    to: ['inserting', 'committing', 'rolling_back'],
    guards: { inserting: hasRoom },
    async execute({ session, data }) {
      await session.run`SAVEPOINT here`
      model.saving(data)
    },
  })
  .register('restoring', {
    to: ['inserting', 'committing', 'rolling_back'],
    guards: { inserting: hasRoom },
    async execute({ session, data }) {
      await session.run`ROLLBACK TO SAVEPOINT here`
      model.restoring(data)
    },
  })
  .register('committing', {
    to: ['checking'],
    async execute({ session, data }) {
      await session.run`COMMIT`
      model.committing(data)
      return 'checking'
    },
  })
  .register('rolling_back', {
    to: ['checking'],
    async execute({ session, data }) {
      await session.run`ROLLBACK`
      model.rolling_back(data)
      return 'checking'
    },
  })
  .register('checking', {
    to: ['idling'],
    async execute({ session, data }) {
      const [row] = await session.query<{ rows_there: number }>`SELECT COUNT(*) AS rows_there FROM entry`
      expect(row?.rows_there).toBe(number(data, 'committed'))
      return 'idling'
    },
  })

test.for(explorePaths(transactions, { model }))(
  'a transaction ends as its client expects: $name',
  async ({ states }, { db, machine }) => {
    await db.run`CREATE TABLE entry (id INT PRIMARY KEY AUTO_INCREMENT)`
    await expect(machine.run(followPath(transactions, states))).toVisitStates(states)
  },
)

test.skipIf(!hasFastCheck)('random transactions end as their client expects', async ({ db, machine }) => {
  await db.run`CREATE TABLE entry (id INT PRIMARY KEY AUTO_INCREMENT)`
  const { transitions } = await exploreWalks(transactions, {
    run: (steered) => machine.run(steered),
    before: () => db.run`ROLLBACK; DELETE FROM entry`,
    model,
    walks: 15,
    length: 12,
  })
  expect(transitions.get('committing → checking')).toBeGreaterThan(0)
})

test.skipIf(!hasFastCheck)(
  'a walk that breaks the rules of a table is cut down to the shortest that does',
  async ({ db, machine }) => {
    await db.run`CREATE TABLE seat (id INT PRIMARY KEY)`
    const booking = new DynamicStateMachine()
      .register('opening', { to: ['booking'], execute: () => 'booking' })
      .register('booking', {
        to: ['booking', 'cancelling', 'listing', commonStates.completed],
        guards: {},
        async execute({ session, data }) {
          // The mistake: numbers are counted on, and go down with a cancellation.
          await session.run`INSERT INTO seat VALUES (${number(data, 'booked')})`
          set(data, { booked: number(data, 'booked') + 1 })
        },
      })
      .register('cancelling', {
        to: ['booking', 'listing'],
        guards: {},
        async execute({ session, data }) {
          await session.run`DELETE FROM seat ORDER BY id LIMIT 1`
          set(data, { booked: number(data, 'booked') - 1 })
        },
      })
      .register('listing', {
        to: ['booking', 'cancelling'],
        guards: { cancelling: (data) => number(data, 'booked') > 0 },
        execute: async ({ session }) => void (await session.query`SELECT id FROM seat`),
      })
    const explored = exploreWalks(booking, {
      run: (steered) => machine.run(steered),
      before: () => db.run`DELETE FROM seat`,
      model: {
        booking: (data) => set(data, { booked: number(data, 'booked') + 1 }),
        cancelling: (data) => set(data, { booked: number(data, 'booked') - 1 }),
      },
      walks: 100,
      length: 15,
      seed: 3,
    })
    const failure = await explored.catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'STATE_WALK_FAILED',
      context: { path: 'opening → booking → booking → cancelling → booking', seed: 3 },
      message: expect.stringContaining(
        "Replay it: followPath(machine, ['opening', 'booking', 'booking', 'cancelling', 'booking'])",
      ),
    })
    await db.run`DELETE FROM seat`
    const replayed = machine.run(followPath(booking, ['opening', 'booking', 'booking', 'cancelling', 'booking']))
    await expect(replayed).toFailInState('booking', 'ER_DUP_ENTRY')
  },
)
