import { relative } from 'node:path'
import { alignColumns } from './align-columns.ts'
import type { PythonOutcome, PythonResult, PythonVerdict } from './python-result.ts'

const VERDICTS: readonly PythonVerdict[] = ['failed', 'passed', 'failed as expected', 'skipped', 'dry run', 'pending']

/** For people: what became of each file and suite, and which statements failed without anybody's notice. */
export function renderPython({ suites, counts }: PythonResult): string {
  const lines = suites.flatMap(({ name, folder, files }) => [
    `Suite ${name} (${relative(process.cwd(), folder) || '.'}): ${summary(files.flatMap(({ handlers }) => handlers))}`,
    alignColumns(files.map(({ file, handlers }) => [`  ${relative(folder, file)}`, summary(handlers)])),
  ])
  const handlers = suites.flatMap(({ files }) =>
    files.flatMap(({ file, handlers: own }) =>
      own.map((handler) => ({ file: relative(process.cwd(), file), handler })),
    ),
  )
  const swallowed = handlers.flatMap(({ file, handler }) =>
    handler.swallowed.map(
      ({ sql, errno, message }) =>
        `  ${file} › ${handler.name}: ${sql.replaceAll(/\s+/g, ' ').trim()}\n    ${errno} ${message}`,
    ),
  )
  const dry = counts['dry run']
  return [
    '',
    ...lines,
    ...(swallowed.length === 0 ? [] : ['', 'Statements that failed, and that handlers went on from:', ...swallowed]),
    ...(dry === 0 ? [] : ['', 'A dry run has mock connections: nothing was tested.']),
    '',
  ].join('\n')
}

/** `1 failed (Transfer), 3 passed` */
function summary(handlers: readonly PythonOutcome[]): string {
  const parts = VERDICTS.flatMap((verdict) => {
    const names = handlers.filter((handler) => handler.verdict === verdict).map(({ name }) => name)
    if (names.length === 0) return []
    return [`${names.length} ${verdict}${verdict === 'failed' ? ` (${names.join(', ')})` : ''}`]
  })
  return parts.length === 0 ? 'no handler was run' : parts.join(', ')
}
