import { expect, test } from 'vitest-tidb'

/** What TiDB reports when a sequence has no further value. */
const SEQUENCE_HAS_RUN_OUT = 4135

test('a sequence counts in its steps and ends at its maximum', async ({ db }) => {
  await db.run`CREATE SEQUENCE ticket START WITH 10 INCREMENT BY 5 MAXVALUE 20`
  await expect(db).not.toHaveTable('ticket')
  for (const value of [10, 15, 20]) {
    await expect(db.query`SELECT NEXTVAL(ticket) AS value`).toReturnRows([{ value }])
  }
  await expect(db.query`SELECT NEXTVAL(ticket) AS value`).toFailWith(SEQUENCE_HAS_RUN_OUT)
  await expect(db.query`SELECT LASTVAL(ticket) AS value`).toReturnRows([{ value: 20 }])
})

test('a cycling sequence begins again', async ({ db }) => {
  await db.run`CREATE SEQUENCE shift START WITH 2 MINVALUE 1 MAXVALUE 3 CYCLE`
  const values: unknown[] = []
  for (let n = 0; n < 5; n++)
    values.push(...(await db.query`SELECT NEXTVAL(shift) AS value`).map((row) => row['value']))
  expect(values).toEqual([2, 3, 1, 2, 3])
})

test('a sequence as a default numbers the rows of several tables', async ({ db }) => {
  await db.script(`
    CREATE SEQUENCE document;
    CREATE TABLE invoice (id BIGINT PRIMARY KEY DEFAULT NEXTVAL(document), note INT);
    CREATE TABLE receipt (id BIGINT PRIMARY KEY DEFAULT NEXTVAL(document), note INT)`)
  await db.run`INSERT INTO invoice (note) VALUES (0)`
  await db.run`INSERT INTO receipt (note) VALUES (0)`
  await db.run`INSERT INTO invoice (note) VALUES (0)`
  await expect(db.query`SELECT id FROM invoice ORDER BY id`).toReturnRows([{ id: 1 }, { id: 3 }])
  await expect(db.query`SELECT id FROM receipt`).toReturnRows([{ id: 2 }])
})

test('SETVAL goes forward and never back', async ({ db }) => {
  await db.run`CREATE SEQUENCE ticket`
  await expect(db.query`SELECT SETVAL(ticket, 100) AS value`).toReturnRows([{ value: 100 }])
  await expect(db.query`SELECT NEXTVAL(ticket) AS value`).toReturnRows([{ value: 101 }])
  await expect(db.query`SELECT SETVAL(ticket, 5) AS value`).toReturnRows([{ value: null }])
  await expect(db.query`SELECT NEXTVAL(ticket) AS value`).toReturnRows([{ value: 102 }])
})

test('sessions that draw from a sequence at the same time never get the same value', async ({ db, sessions }) => {
  await db.run`CREATE SEQUENCE ticket CACHE 7`
  const drawn = await Promise.all(
    (await sessions(4)).map(async (session) => {
      const values: number[] = []
      for (let n = 0; n < 25; n++) {
        const [row] = await session.query<{ value: number }>`SELECT NEXTVAL(ticket) AS value`
        values.push(row?.value ?? Number.NaN)
      }
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      return values
    }),
  )
  expect(new Set(drawn.flat()).size).toBe(100)
})

test('a value that was drawn does not come back with a rollback', async ({ db }) => {
  await db.run`CREATE SEQUENCE ticket`
  await db.run`BEGIN`
  await expect(db.query`SELECT NEXTVAL(ticket) AS value`).toReturnRows([{ value: 1 }])
  await db.run`ROLLBACK`
  await expect(db.query`SELECT NEXTVAL(ticket) AS value`).toReturnRows([{ value: 2 }])
})
