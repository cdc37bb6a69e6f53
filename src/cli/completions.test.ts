import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { catalogOf } from '../config/catalog.ts'
import { CommandLog } from './command-log.ts'
import { completionsFor } from './completions.ts'
import { createProgram } from './program.ts'
import { suiteNames } from './suites.ts'

const program = createProgram({
  signal: new AbortController().signal,
  exitWith: () => undefined,
  catalog: catalogOf(),
  afterDashes: [],
  log: new CommandLog(),
})

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${completionsFor('bash', program)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_tidb_test; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter((line) => line !== '')
}

test('bash completes commands, their sub-commands, suites and options', () => {
  expect(offered('tidb-test', 'co')).toEqual(['config', 'completions'])
  expect(offered('tidb-test', 'config', '')).toEqual(['show', 'init'])
  expect(offered('tidb-test', 'run', '')).toEqual(suiteNames())
  expect(offered('tidb-test', 'completions', 'z')).toEqual(['zsh'])
  expect(offered('tidb-test', 'check', '--pass')).toEqual(['--password', '--password-stdin'])
  expect(offered('tidb-test', 'up', '--de')).toEqual(['--detach'])
  expect(offered('tidb-test', 'config', 'init', '--for')).toEqual(['--format', '--force'])
})

test.for(['zsh', 'fish'] as const)('%s learns every command and option, with what they are for', (shell) => {
  const text = completionsFor(shell, program)
  for (const command of program.commands) expect(text).toContain(command.description().replaceAll("'", `'\\''`))
  expect(text).toContain(shell === 'zsh' ? "'--password-stdin:read" : "-l password-stdin -d 'read")
})
