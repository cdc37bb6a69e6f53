import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ReportData, ReportedTest } from '../../report/report-data.ts'
import { seededRandom } from '../../resilience/seeded-random.ts'
import { writeReport } from './write-report.ts'

const STATEMENTS = 10

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'write-report-'))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}

test('a thousand tests of ten statements each take less than 1.5 MB', async () => {
  const path = join(await folder(), 'report.html')
  await writeReport(path, dataOf(1_000))
  expect((await stat(path)).size).toBeLessThan(1_500_000)
})

test('a report that can not be written leaves nothing, and the one before as it was', async () => {
  const inside = await folder()
  const path = join(inside, 'report.html')
  await writeReport(path, dataOf(1))
  const before = await readFile(path, 'utf8')
  await mkdir(join(inside, 'taken'))
  await expect(writeReport(join(inside, 'taken'), dataOf(2))).rejects.toThrow()
  expect(await readdir(inside)).toEqual(['report.html', 'taken'])
  expect(await readFile(path, 'utf8')).toBe(before)
})

/** Statements whose times and values repeat nothing, so that packing finds as little as in real ones. */
function dataOf(tests: number): ReportData {
  const random = seededRandom(1)
  const statement = (index: number) => ({
    session: index % 2,
    at: Math.round(random() * 1e5) / 100,
    milliseconds: Math.round(random() * 1e4) / 100,
    sql: `UPDATE account_${Math.floor(random() * 1e4)} SET balance = balance + ? WHERE id = ? AND owner = ?`,
    values: [String(random()), String(random()), `'${random().toString(36)}'`],
    rows: 1,
  })
  return {
    version: 1,
    writtenAt: 0,
    runs: [],
    errors: [],
    tests: Array.from({ length: tests }, (_, index): ReportedTest => ({
      name: ['accounts', `number ${index} keeps what it is given`],
      file: `suites/accounts-${index % 50}.test.ts`,
      state: 'passed',
      milliseconds: random() * 100,
      record: {
        version: 1,
        startedAt: 1_700_000_000_000 + index * 1_000,
        milliseconds: 1_000,
        database: `vt_${index}`,
        mode: 'database',
        seed: 1,
        replay: `TIDB_TEST_SEED=1 npx vitest run suites/accounts-${index % 50}.test.ts:${index}`,
        sessions: [
          { name: 'alice', connectionId: 2_097_154 + index },
          { name: 'bob', connectionId: 3_097_154 + index },
        ],
        statements: Array.from({ length: STATEMENTS }, (_each, place) => statement(place)),
      },
    })),
  }
}
