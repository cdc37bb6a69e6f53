import { expect, test } from 'vitest-tidb'
import { failureOf } from '../failure-of.ts'

const counters = test.extend('counter', async ({ isolation }) =>
  isolation({
    setup: [
      'CREATE TABLE c (id INT PRIMARY KEY, v INT)',
      'INSERT INTO c VALUES (1, 0)',
    ],
    sessions: {
      alice: {
        begin: 'BEGIN',
        read: 'SELECT v FROM c WHERE id = 1',
        write: 'UPDATE c SET v = 1 WHERE id = 1',
        end: 'COMMIT',
      },
      bob: {
        begin: 'BEGIN',
        read: 'SELECT v FROM c WHERE id = 1',
        write: 'UPDATE c SET v = 1 WHERE id = 1',
        end: 'COMMIT',
      },
    },
  }))

counters('toPrevent', async ({ counter }) => {
  // #region toPrevent-passes
  await expect(counter.everyInterleaving({ preemptions: 1 })).toPrevent('G0')
  // #endregion toPrevent-passes
  const failure = await failureOf(async () => {
    // #region toPrevent-fails
    await expect(counter.everyInterleaving({ preemptions: 1 })).toPrevent('P4')
    // #endregion toPrevent-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toPrevent.txt')
})

counters('toAllow', async ({ counter }) => {
  // #region toAllow-passes
  await expect(counter.everyInterleaving({ preemptions: 1 })).toAllow('P4')
  // #endregion toAllow-passes
  const failure = await failureOf(async () => {
    // #region toAllow-fails
    await expect(counter.everyInterleaving({ preemptions: 1 })).toAllow('G1a')
    // #endregion toAllow-fails
  })
  await expect(failure).toMatchFileSnapshot('output/toAllow.txt')
})
