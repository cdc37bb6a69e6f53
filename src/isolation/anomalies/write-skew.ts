import type { Anomaly } from '../anomaly.ts'

/** Adya's G2-item: each leaves one of a pair on duty, as it read them, and in the end neither is. */
export const writeSkew: Anomaly = {
  name: 'write skew',
  steps: 'both see two of each pair on duty, the first takes one off duty, the second the other, both commit',
  async provoke(scene) {
    const { first, second, rows } = scene
    const pairs = Math.floor(rows / 2)
    await scene.begin(first)
    await scene.begin(second)
    await first.query`SELECT SUM(value) AS on_duty FROM account GROUP BY (id + 1) DIV 2`
    await second.query`SELECT SUM(value) AS on_duty FROM account GROUP BY (id + 1) DIV 2`
    await first.run`UPDATE account SET value = 0 WHERE id % 2 = 1`
    const writing = second.start`UPDATE account SET value = 0 WHERE id % 2 = 0`
    const refusal = await scene.commitBoth(writing)
    if (refusal !== undefined) return { candidates: pairs, occurrences: 0, refusal }
    const skewed = await first.query`
      SELECT (id + 1) DIV 2 AS pair FROM account WHERE id <= ${pairs * 2} GROUP BY pair HAVING SUM(value) = 0`
    return { candidates: pairs, occurrences: skewed.length }
  },
}
