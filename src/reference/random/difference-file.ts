import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { textTable } from '../../connections/text-table.ts'
import { cellText } from '../comparison/comparison-lines.ts'
import type { StatementResult } from '../comparison/statement-result.ts'

/** A difference that was found, with all that shows it. */
export interface FoundDifference {
  readonly oracle: string
  readonly claim: string
  /** What makes the tables and fills them. */
  readonly setup: readonly string[]
  readonly sqlMode: string
  readonly seed: number
  /** The same statement on two servers, or two statements on one. */
  readonly sides: readonly [DifferingSide, DifferingSide]
}

interface DifferingSide {
  /** Product and version. */
  readonly server: string
  readonly sql: string
  readonly result: StatementResult
}

const DATABASE = 'vitest_tidb_difference'

/** A script that shows the difference on an empty server, with what was returned as comments. */
function differenceScript({ oracle, claim, setup, sqlMode, seed, sides }: FoundDifference): string {
  const [left, right] = sides
  const servers = left.server === right.server ? left.server : `${left.server} and on ${right.server}`
  const one = left.sql === right.sql
  return [
    `-- Found by the oracle '${oracle}' with the seed ${seed}: these must be the same, and are not:`,
    ...claim.split('\n').map((line) => `--   ${line}`),
    `-- Seen on ${servers}. To see it, run this file there: mysql --table --host HOST --port PORT --user root < FILE`,
    '',
    `DROP DATABASE IF EXISTS ${DATABASE};`,
    `CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;`,
    `USE ${DATABASE};`,
    'SET NAMES utf8mb4;',
    `SET sql_mode = '${sqlMode}';`,
    '',
    ...setup.map((statement) => `${statement};`),
    '',
    ...(one
      ? [...answer(left), ...answer(right), `${left.sql};`]
      : [...answer(left), `${left.sql};`, '', ...answer(right), `${right.sql};`]),
    '',
  ].join('\n')
}

/**
 * Writes the script into a folder, whose name is of oracle and seed.
 *
 * @returns its path
 */
export async function writeDifference(difference: FoundDifference, directory: string): Promise<string> {
  const folder = resolve(directory)
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${difference.oracle}-${difference.seed}.sql`)
  await writeFile(file, differenceScript(difference))
  return file
}

function answer({ server, result }: DifferingSide): readonly string[] {
  const { error, rows, columns } = result
  if (error !== undefined) return [`-- ${server}: error ${error.errno}, ${error.message.replaceAll('\n', ' ')}`]
  const table = textTable(
    columns.map(({ name }) => name),
    (rows ?? []).map((row) => row.map(cellText)),
  )
  return [`-- ${server}:`, ...table.split('\n').map((line) => `--   ${line}`)]
}
