import { expect, test, type Session } from 'vitest-tidb'
import { isUnderWay, jobBlockedBy, patiently } from './ddl-jobs.ts'

const ACCOUNT = 'CREATE TABLE account (id BIGINT PRIMARY KEY AUTO_INCREMENT, owner INT NOT NULL, balance INT NOT NULL)'

async function fill(db: Session, rows: number): Promise<void> {
  await db.script(ACCOUNT)
  const values = Array.from({ length: rows }, (_, index) => `(${index % 50}, 100)`)
  await db.script(`INSERT INTO account (owner, balance) VALUES ${values.join(', ')}`)
}

test('rows that sessions write while an index is added are in the index', async ({ db, sessions }) => {
  await fill(db, 500)
  const { reader, builder, inserter, updater, deleter } = await sessions(
    'reader',
    'builder',
    'inserter',
    'updater',
    'deleter',
  )
  await reader.run`BEGIN`
  await reader.query`SELECT COUNT(*) FROM account`
  const adding = builder.start`ALTER TABLE account ADD INDEX by_owner (owner)`
  await expect(adding).toBeBlockedBy(reader)

  const written = { inserted: 0, updated: 0, deleted: 0 }
  const insert = async (): Promise<void> => {
    while (isUnderWay(adding)) {
      written.inserted += (await inserter.run`INSERT INTO account (owner, balance) VALUES (7, 1), (8, 1)`).affectedRows
    }
  }
  const update = async (): Promise<void> => {
    for (let id = 1; isUnderWay(adding); id = (id % 200) + 1) {
      written.updated += (await updater.run`UPDATE account SET owner = owner + 1 WHERE id = ${id}`).affectedRows
    }
  }
  const remove = async (): Promise<void> => {
    for (let id = 201; isUnderWay(adding) && id <= 500; id++) {
      written.deleted += (await deleter.run`DELETE FROM account WHERE id = ${id}`).affectedRows
    }
  }
  const writing = Promise.all([insert(), update(), remove()])
  await expect.poll(() => Math.min(...Object.values(written)), patiently).toBeGreaterThan(10)
  await expect(adding).toBeBlockedBy(reader)
  await reader.run`COMMIT`
  await adding.result()
  await writing

  await expect(db).toHaveIndex('account', { name: 'by_owner', columns: ['owner'] })
  await expect(db).toPassAdminCheck('account')
  const n = 500 + written.inserted - written.deleted
  await expect(db.query`SELECT COUNT(*) AS n FROM account IGNORE INDEX (by_owner)`).toReturnRows([{ n }])
  await expect(db.query`SELECT COUNT(*) AS n FROM account FORCE INDEX (by_owner) WHERE owner >= 0`).toReturnRows([
    { n },
  ])
  const [byTable, byIndex] = [
    await db.query`SELECT owner, COUNT(*) AS n FROM account IGNORE INDEX (by_owner) GROUP BY owner ORDER BY owner`,
    await db.query`SELECT owner, COUNT(*) AS n FROM account FORCE INDEX (by_owner) GROUP BY owner ORDER BY owner`,
  ]
  expect(byIndex).toEqual(byTable)
})

test('an index is right whatever is written in each state that it passes through', async ({ db, sessions }) => {
  await fill(db, 40)
  const { builder, writer } = await sessions('builder', 'writer')
  const states = ['delete only', 'write only', 'write reorganization']
  const readers = await sessions(states.length)
  // A transaction that has read the table holds the job in the state that it saw, until the next one takes over.
  const hold = async (reader: Session | undefined): Promise<void> => {
    if (reader === undefined) return
    await reader.run`BEGIN`
    await reader.query`SELECT COUNT(*) FROM account`
  }
  await hold(readers[0])
  const adding = builder.start`ALTER TABLE account ADD INDEX by_owner (owner)`
  for (const [index, state] of states.entries()) {
    const reader = readers[index] as Session
    await jobBlockedBy(reader, adding, db, state)
    await expect(writer.run`INSERT INTO account (owner, balance) VALUES (1000 + ${index}, 1)`).toAffectRows(1)
    await expect(writer.run`UPDATE account SET owner = 2000 + ${index} WHERE id = ${10 + index}`).toAffectRows(1)
    await expect(writer.run`DELETE FROM account WHERE id = ${20 + index}`).toAffectRows(1)
    await hold(readers[index + 1])
    await reader.run`COMMIT`
  }
  await adding.result()
  await expect(db).toPassAdminCheck('account')
  await expect(
    db.query`SELECT owner, COUNT(*) AS n FROM account FORCE INDEX (by_owner) WHERE owner >= 1000 GROUP BY owner ORDER BY owner`,
  ).toReturnRows([1000, 1001, 1002, 2000, 2001, 2002].map((owner) => ({ owner, n: 1 })))
  await expect(db.query`SELECT COUNT(*) AS n FROM account FORCE INDEX (by_owner) WHERE owner >= 0`).toReturnRows([
    { n: 40 },
  ])
})

test('a unique index fails when a duplicate is written while it is being added', async ({ db, sessions }) => {
  await fill(db, 10)
  const { reader, builder } = await sessions('reader', 'builder')
  await reader.run`BEGIN`
  await reader.query`SELECT COUNT(*) FROM account`
  const adding = builder.start`ALTER TABLE account ADD UNIQUE INDEX by_owner (owner)`
  await jobBlockedBy(reader, adding, db, 'delete only')
  await expect(db.run`INSERT INTO account (owner, balance) VALUES (3, 1)`).toAffectRows(1)
  await reader.run`COMMIT`
  await expect(adding).toFailWith('ER_DUP_ENTRY')
  await expect(db).not.toHaveIndex('account', 'by_owner')
  await expect(db.query`SELECT COUNT(*) AS n FROM account WHERE owner = 3`).toReturnRows([{ n: 2 }])
  await expect(db).toPassAdminCheck('account')
})
