import { Readable } from 'node:stream'
import { expect, onTestFinished, vi } from 'vitest'
import { test } from '../../fixtures/test.ts'
import { openSession } from '../connections/open-session.ts'
import { loadData } from './load-data.ts'

const PIECES = 6

test('a file is loaded for as long as it comes, though that is longer than a statement may take', async ({
  db,
  tidb,
}) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const place = { endpoint: tidb.endpoint, database: db.database ?? '' }
  await using loader = await openSession({ name: 'loader', ...place, timeout: 30_000 })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let made = 0
  const from = new Readable({
    // A piece is asked for when all but the last one have gone.
    highWaterMark: 0,
    read() {
      vi.advanceTimersByTime(12_000)
      this.push(made < PIECES ? `${++made}\n` : null)
    },
  })
  expect(await loadData(loader, { table: 't', from })).toMatchObject({ records: PIECES })
})

test('a load that is late says so, rather than what became of its source', async ({ db, tidb }) => {
  await db.run`CREATE TABLE t (id INT PRIMARY KEY)`
  const place = { endpoint: tidb.endpoint, database: db.database ?? '' }
  await using loader = await openSession({ name: 'loader', ...place, timeout: 200 })
  // It gives a row, and then nothing more for ever.
  const from = new Readable({ read: () => undefined })
  from.push('1\n')
  await expect(loadData(loader, { table: 't', from })).rejects.toMatchObject({ code: 'STATEMENT_TIMEOUT' })
  expect(from.destroyed).toBe(true)
  await expect(db.query`SELECT * FROM t`).toReturnNothing()
})
