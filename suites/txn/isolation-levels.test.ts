import { expect, sql, test, type Session } from 'vitest-tidb'

const modes = [
  { mode: 'PESSIMISTIC', level: 'REPEATABLE READ', snapshot: true },
  { mode: 'PESSIMISTIC', level: 'READ COMMITTED', snapshot: false },
  { mode: 'OPTIMISTIC', level: 'REPEATABLE READ', snapshot: true },
  // READ COMMITTED has no effect on optimistic transactions.
  { mode: 'OPTIMISTIC', level: 'READ COMMITTED', snapshot: true },
] as const

async function begin(session: Session, { mode, level }: { mode: string; level: string }): Promise<void> {
  await session.run`SET SESSION TRANSACTION ISOLATION LEVEL ${sql.raw(level)}`
  await session.run`BEGIN ${sql.raw(mode)}`
}

test.for(modes)('$mode $level reads no write that is not committed', async (mode, { db, sessions }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1)`
  const { reader, writer } = await sessions('reader', 'writer')
  await begin(writer, mode)
  await writer.run`UPDATE t SET v = 2 WHERE id = 1`
  await begin(reader, mode)
  await expect(reader.query`SELECT v FROM t`).toReturnRows([{ v: 1 }])
  await writer.run`ROLLBACK`
  await expect(reader.query`SELECT v FROM t`).toReturnRows([{ v: 1 }])
})

const rereads = modes.map((mode) => ({ ...mode, finds: mode.snapshot ? 'the same value' : 'the new value' }))

test.for(rereads)('$mode $level finds $finds in a row that was changed', async (mode, { db, sessions }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1)`
  const { reader, writer } = await sessions('reader', 'writer')
  await begin(reader, mode)
  await expect(reader.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: 1 }])
  await writer.run`UPDATE t SET v = 2 WHERE id = 1`
  await expect(reader.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: mode.snapshot ? 1 : 2 }])
  await reader.run`COMMIT`
  await expect(reader.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: 2 }])
})

const phantoms = modes.map((mode) => ({ ...mode, meets: mode.snapshot ? 'no phantom' : 'a phantom' }))

test.for(phantoms)('$mode $level meets $meets when a range is read again', async (mode, { db, sessions }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1), (2, 20)`
  const { reader, writer } = await sessions('reader', 'writer')
  await begin(reader, mode)
  await expect(reader.query`SELECT id FROM t WHERE v > 10 ORDER BY id`).toReturnRows([{ id: 2 }])
  await writer.run`INSERT INTO t VALUES (3, 30)`
  const second = mode.snapshot ? [{ id: 2 }] : [{ id: 2 }, { id: 3 }]
  await expect(reader.query`SELECT id FROM t WHERE v > 10 ORDER BY id`).toReturnRows(second)
})

test.for(['PESSIMISTIC', 'OPTIMISTIC'])(
  '%s REPEATABLE READ reads as of BEGIN, not of the first read',
  async (mode, { db, sessions }) => {
    await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
    const { reader } = await sessions('reader')
    await begin(reader, { mode, level: 'REPEATABLE READ' })
    await db.run`INSERT INTO t VALUES (1)`
    await expect(reader.query`SELECT id FROM t`).toReturnNothing()
  },
)

test('a locking read in pessimistic REPEATABLE READ sees what plain reads do not', async ({ db, sessions }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1)`
  const { reader, writer } = await sessions('reader', 'writer')
  await begin(reader, { mode: 'PESSIMISTIC', level: 'REPEATABLE READ' })
  await expect(reader.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: 1 }])
  await writer.run`UPDATE t SET v = 2 WHERE id = 1`
  await expect(reader.query`SELECT v FROM t WHERE id = 1 FOR UPDATE`).toReturnRows([{ v: 2 }])
  await expect(reader.query`SELECT v FROM t WHERE id = 1`).toReturnRows([{ v: 1 }])
  await reader.run`ROLLBACK`
})

test('SET TRANSACTION without SESSION holds for the next transaction only', async ({ db, sessions }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY, v INT)`
  await db.run`INSERT INTO t VALUES (1, 1)`
  const { reader } = await sessions('reader')
  await reader.run`SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ`
  await reader.run`SET TRANSACTION ISOLATION LEVEL READ COMMITTED`
  const readTwice = async (next: number): Promise<unknown[]> => {
    await reader.run`BEGIN PESSIMISTIC`
    const before = await reader.query`SELECT v FROM t`
    await db.run`UPDATE t SET v = ${next}`
    const after = await reader.query`SELECT v FROM t`
    await reader.run`COMMIT`
    return [...before, ...after]
  }
  expect(await readTwice(2)).toEqual([{ v: 1 }, { v: 2 }])
  expect(await readTwice(3)).toEqual([{ v: 2 }, { v: 2 }])
})

const refused = ['SERIALIZABLE', 'READ UNCOMMITTED']

test.for(refused)('%s is refused and the level stays as it was', async (level, { sessions }) => {
  const { session } = await sessions('session')
  await session.run`SET SESSION tidb_skip_isolation_level_check = 0`
  await session.run`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`
  await expect(session.script(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`)).toFailWith(8048)
  await expect(session.script(`SET TRANSACTION ISOLATION LEVEL ${level}`)).toFailWith(8048)
  const variable = level.replace(' ', '-')
  await expect(session.run`SET SESSION transaction_isolation = ${variable}`).toFailWith(
    'ER_UNSUPPORTED_ISOLATION_LEVEL',
  )
  await expect(session.query`SELECT @@transaction_isolation AS level`).toReturnRows([{ level: 'READ-COMMITTED' }])
})

test('SERIALIZABLE is taken with a warning when its check is skipped', async ({ sessions }) => {
  const { session } = await sessions('session')
  await session.run`SET SESSION tidb_skip_isolation_level_check = 1`
  const { warnings } = await session.run`SET SESSION transaction_isolation = 'SERIALIZABLE'`
  expect(warnings.map((warning) => warning.code)).toEqual([8048])
  await expect(session.query`SELECT @@transaction_isolation AS level`).toReturnRows([{ level: 'SERIALIZABLE' }])
})
