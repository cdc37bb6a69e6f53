import type { Anomaly } from '../anomaly.ts'

/** Berenson's P3, Adya's PMP: a condition that is read twice in one transaction finds new rows. */
export const phantom: Anomaly = {
  name: 'phantom',
  steps: 'the first reads all with value 1, the second adds as many and commits, the first reads again',
  async provoke(scene) {
    const { first, second, rows } = scene
    await scene.begin(first)
    const before = await first.query`SELECT id FROM account WHERE value = 1`
    await scene.begin(second)
    await second.run`INSERT INTO account SELECT id + ${rows}, 1 FROM account`
    await second.run`COMMIT`
    const after = await first.query`SELECT id FROM account WHERE value = 1`
    await scene.end()
    return { candidates: rows, occurrences: after.length - before.length }
  },
}
