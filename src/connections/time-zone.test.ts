import * as fc from 'fast-check'
import { describe, expect, test as plain } from 'vitest'
import { test as tidbTest } from '../../fixtures/test.ts'
import { openSession } from './open-session.ts'
import { formatDateTime, parseDateTime } from './time-zone.ts'

const ZONES = ['UTC', '+05:45', '-11:00', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe']

/** `open` gives a session of a time zone, on the database of `db`. */
const test = tidbTest.extend('open', async ({ db, tidb }, { onCleanup }) => {
  const opened = new Set<{ close(): Promise<void> }>()
  onCleanup(async () => {
    for (const session of opened) await session.close()
  })
  return async (timeZone: string) => {
    const database = db.database ?? ''
    const session = await openSession({ name: timeZone, endpoint: tidb.endpoint, database, timeZone })
    opened.add(session)
    return session
  }
})

describe('an instant', () => {
  for (const zone of ZONES) {
    test(`is the same one in ${zone}, whoever reads it, on both sides of a DST change`, async ({ db, open }) => {
      await db.run`CREATE TABLE e (at TIMESTAMP(3) NULL)`
      const session = await open(zone)
      const instants = [
        '2026-01-31T23:59:59.999Z',
        '2026-03-29T00:59:59.000Z',
        '2026-03-29T01:00:00.000Z',
        '2026-10-24T23:59:59.000Z',
        '2026-10-25T03:00:00.000Z',
        '2026-07-01T12:00:00.001Z',
      ].map((text) => new Date(text))
      for (const at of instants) {
        await db.run`DELETE FROM e`
        await session.run`INSERT INTO e VALUES (${at})`
        expect(await session.query`SELECT at FROM e`).toEqual([{ at }])
        expect(await db.query`SELECT at FROM e`).toEqual([{ at }])
        const [row] = await session.query<{ seconds: string }>`SELECT UNIX_TIMESTAMP(at) AS seconds FROM e`
        expect(Number(row?.seconds)).toBe(at.getTime() / 1000)
      }
    })
  }

  plain('keeps its clock time in every zone, and itself but for the hour that comes twice', () => {
    const from = Date.parse('1990-01-01T00:00:00Z')
    const instants = fc.integer({ min: 0, max: 45 * 365 * 24 * 60 }).map((minutes) => new Date(from + minutes * 60_000))
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (instant, zone) => {
        const clock = formatDateTime(instant, zone)
        const read = parseDateTime(clock, zone) as Date
        expect(formatDateTime(read, zone)).toBe(clock)
        expect([-3600, -1800, 0, 1800, 3600]).toContain((read.getTime() - instant.getTime()) / 1000)
      }),
    )
  })
})

test('SET time_zone in mid-session counts for what is read and written from then on', async ({ db }) => {
  await db.run`CREATE TABLE e (id INT, at TIMESTAMP NULL)`
  const at = new Date('2026-07-01T12:00:00Z')
  const zones = [
    "SET time_zone = '+09:00'",
    "SET @x = 1, @@session.time_zone = 'Europe/Berlin'",
    "SET TIME_ZONE='-03:00'",
  ]
  await db.run`INSERT INTO e VALUES (0, ${at})`
  for (const [id, text] of zones.entries()) {
    await db.script(`SELECT 1; ${text}`)
    await db.run`INSERT INTO e VALUES (${id + 1}, ${at})`
    expect(await db.query`SELECT at FROM e`, text).toEqual(Array.from({ length: id + 2 }, () => ({ at })))
  }
  expect(db.timeZone).toBe('-03:00')
})

test('dates without a time, zero dates and times of day stay texts', async ({ db }) => {
  await db.run`SET sql_mode = ''`
  await db.run`CREATE TABLE z (day DATE, at DATETIME, moment TIME, y YEAR)`
  await db.run`INSERT INTO z VALUES ('0000-00-00', '0000-00-00 00:00:00', '-838:59:59', 2026)`
  await db.run`INSERT INTO z VALUES ('2026-02-28', '2026-00-10 00:00:00', '23:59:59', 1999)`
  expect(await db.query`SELECT * FROM z`).toEqual([
    { day: '0000-00-00', at: '0000-00-00 00:00:00', moment: '-838:59:59', y: 2026 },
    { day: '2026-02-28', at: '2026-00-10 00:00:00', moment: '23:59:59', y: 1999 },
  ])
})

test('a time zone that the server does not know is refused', async ({ open }) => {
  await expect(open("Mars/Olympus'; DROP TABLE e; --")).rejects.toMatchObject({
    code: 'CONNECT_TIME_ZONE',
    message: expect.stringContaining('an offset such as +09:00'),
  })
})
