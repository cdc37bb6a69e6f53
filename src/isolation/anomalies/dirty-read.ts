import type { Anomaly } from '../anomaly.ts'

/** Adya's G1a: what is read was never committed. */
export const dirtyRead: Anomaly = {
  name: 'dirty read',
  steps: 'the first changes every row, the second reads them, the first rolls back',
  async provoke(scene) {
    const { first, second, rows } = scene
    await scene.begin(first)
    await first.run`UPDATE account SET value = 2`
    await scene.begin(second)
    const seen = await second.query`SELECT id FROM account WHERE value = 2`
    await scene.end()
    return { candidates: rows, occurrences: seen.length }
  },
}
