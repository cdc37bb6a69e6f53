import { anomalyCatalogue, expect, test } from 'vitest-tidb'
import type { CatalogueCase, IsolationFixture, IsolationSetting } from 'vitest-tidb'

// docs.pingcap.com/tidb/stable/transaction-isolation-levels: what TiDB calls REPEATABLE READ is snapshot isolation, in
// which a pessimistic transaction writes to the newest rows instead of those that it reads.

const EVERYWHERE = ['G2-item', 'G2, by condition', 'G2, with a reader']
const IN_PESSIMISTIC = ['PMP, writing', 'P4', 'G-single, writing']
const IN_READ_COMMITTED = ['PMP, reading', 'G-single, reading', 'G-single, reading by condition']

/** The error with which a transaction ends that could not go on without the anomaly; the rest is prevented without one. */
const REFUSED_PESSIMISTIC: Readonly<Record<string, number>> = { G0: 1213 }
const REFUSED_OPTIMISTIC: Readonly<Record<string, number>> = {
  G0: 9007,
  OTV: 9007,
  'PMP, writing': 9007,
  P4: 9007,
  'G-single, writing': 9007,
}

test('the catalogue has every anomaly', () => {
  const names = new Set(anomalyCatalogue.map(({ anomaly }) => anomaly))
  expect([...names]).toEqual(['G0', 'G1a', 'G1b', 'G1c', 'OTV', 'PMP', 'P4', 'G-single', 'G2-item', 'G2'])
})

test.for(anomalyCatalogue)('$title in pessimistic REPEATABLE READ', async (each, { isolation }) => {
  const setting = { mode: 'pessimistic', level: 'REPEATABLE READ' } as const
  const occurring = [...EVERYWHERE, ...IN_PESSIMISTIC]
  expect(await verdictOn(each, isolation, setting)).toMatchObject(expected(each, occurring, REFUSED_PESSIMISTIC))
})

test.for(anomalyCatalogue)('$title in pessimistic READ COMMITTED', async (each, { isolation }) => {
  const setting = { mode: 'pessimistic', level: 'READ COMMITTED' } as const
  const occurring = [...EVERYWHERE, ...IN_PESSIMISTIC, ...IN_READ_COMMITTED]
  expect(await verdictOn(each, isolation, setting)).toMatchObject(expected(each, occurring, REFUSED_PESSIMISTIC))
})

test.for(anomalyCatalogue)('$title in optimistic REPEATABLE READ', async (each, { isolation }) => {
  const setting = { mode: 'optimistic', level: 'REPEATABLE READ' } as const
  expect(await verdictOn(each, isolation, setting)).toMatchObject(expected(each, EVERYWHERE, REFUSED_OPTIMISTIC))
})

test.for(anomalyCatalogue)(
  '$title in optimistic READ COMMITTED, which is no other than REPEATABLE READ',
  async (each, { isolation }) => {
    const setting = { mode: 'optimistic', level: 'READ COMMITTED' } as const
    expect(await verdictOn(each, isolation, setting)).toMatchObject(expected(each, EVERYWHERE, REFUSED_OPTIMISTIC))
  },
)

/** What the catalogue's judge says; what is detected from the reads and writes of any schedule must be the same. */
async function verdictOn(each: CatalogueCase, isolation: IsolationFixture, setting: IsolationSetting): Promise<object> {
  const { setup, sessions, afterwards, schedule } = each
  const ordered = isolation({ setup, sessions, afterwards, ...setting }).permutation(...schedule)
  await expect(ordered).toPrevent('G1a')
  const verdict = each.judge(await ordered)
  if (verdict.outcome === 'occurs') await expect(ordered).toAllow(each.anomaly)
  else await expect(ordered).toPrevent(each.anomaly)
  return verdict
}

function expected(
  { title }: CatalogueCase,
  occurring: readonly string[],
  refused: Readonly<Record<string, number>>,
): object {
  if (occurring.includes(title)) return { outcome: 'occurs', occurrences: 1 }
  const errno = refused[title]
  return errno === undefined
    ? { outcome: 'prevented', by: expect.stringMatching(/^(?:wait|reads)$/) }
    : { outcome: 'prevented', by: 'error', error: { errno } }
}
