import type { Anomaly } from '../anomaly.ts'

/** Berenson's P4: both add one to what they read, and one addition is gone. */
export const lostUpdate: Anomaly = {
  name: 'lost update',
  steps: 'both read the value, both write it plus 1 to every row, both commit',
  async provoke(scene) {
    const { first, second, rows } = scene
    await scene.begin(first)
    await scene.begin(second)
    const [read] = await first.query<{ value: number }>`SELECT value FROM account WHERE id = 1`
    const [readToo] = await second.query<{ value: number }>`SELECT value FROM account WHERE id = 1`
    await first.run`UPDATE account SET value = ${(read?.value ?? 0) + 1}`
    const writing = second.start`UPDATE account SET value = ${(readToo?.value ?? 0) + 1}`
    const refusal = await scene.commitBoth(writing)
    if (refusal !== undefined) return { candidates: rows, occurrences: 0, refusal }
    const lost = await first.query`SELECT id FROM account WHERE value < 3`
    return { candidates: rows, occurrences: lost.length }
  },
}
