import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest-tidb'

/** What a failing assertion says, as plain text, without what differs from run to run. */
export async function failureOf(
  assertion: () => Promise<unknown>,
): Promise<string> {
  const message = await assertion().then(
    () => expect.fail('the assertion passed, where its failure was to be shown'),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  const steady = stripVTControlCharacters(message)
    .replaceAll(/\b\d+(?:\.\d+)? ms\b/g, '3 ms')
    .replaceAll(/\bconnection \d+/g, 'connection 1')
    .replaceAll(/\bvt_\d+/g, 'vt_000')
    .replaceAll(/(?<=MariaDB )[\d.]+/g, '10.11')
    .replaceAll(/\bv8\.\d[\w.+-]*/g, 'v8.5')
    .replaceAll(/ +$/gm, '')
  return `${steady}\n`
}

/**
 * The same of a measurement, whose numbers all differ from run to run. So does the remark on a machine that is too
 * busy to measure, which a quiet one has no cause to make.
 */
export async function failureOfMeasurement(
  assertion: () => unknown,
): Promise<string> {
  const said = await failureOf(async () => assertion())
  return said
    .replaceAll(/^ *The client may be the limit: .*\n/gm, '')
    .replaceAll(/\d[\d,.]*\d|\d/g, 'N')
    .replaceAll(/(?<=\S) {2,}/g, '  ')
}
