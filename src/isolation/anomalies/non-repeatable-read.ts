import type { Anomaly } from '../anomaly.ts'

/** Berenson's P2: a row that is read twice in one transaction is not the same. */
export const nonRepeatableRead: Anomaly = {
  name: 'non-repeatable read',
  steps: 'the first reads every row, the second changes and commits them, the first reads again',
  async provoke(scene) {
    const { first, second, rows } = scene
    await scene.begin(first)
    await first.query`SELECT id FROM account WHERE value = 1`
    await scene.begin(second)
    await second.run`UPDATE account SET value = 2`
    await second.run`COMMIT`
    const again = await first.query`SELECT id FROM account WHERE value = 1`
    await scene.end()
    return { candidates: rows, occurrences: rows - again.length }
  },
}
