import { spawnSync } from 'node:child_process'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { catalogOf, type Catalog } from '../config/catalog.ts'
import { defineConfigExtension } from '../config/config-extension.ts'
import { CommandLog } from './command-log.ts'
import { completionsFor } from './completions.ts'
import { createProgram } from './program.ts'
import { suiteNames } from './suites.ts'

const catalog = catalogOf()
const program = programWith(catalog)

function programWith(known: Catalog): Command {
  return createProgram({
    signal: new AbortController().signal,
    exitWith: () => undefined,
    catalog: known,
    afterDashes: [],
    log: new CommandLog(),
  })
}

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const script = `${completionsFor('bash', program, catalog)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_tidb_test; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.split('\n').filter((line) => line !== '')
}

test('bash completes commands, their sub-commands, suites and options', () => {
  expect(offered('tidb-test', 'co')).toEqual(['connections', 'config', 'completions'])
  expect(offered('tidb-test', 'config', '')).toEqual(['show', 'init'])
  expect(offered('tidb-test', 'run', '')).toEqual(suiteNames())
  expect(offered('tidb-test', 'completions', 'z')).toEqual(['zsh'])
  expect(offered('tidb-test', 'check', '--pass')).toEqual(['--password', '--password-stdin'])
  expect(offered('tidb-test', 'up', '--de')).toEqual(['--detach'])
  expect(offered('tidb-test', 'config', 'init', '--for')).toEqual(['--format', '--force'])
  expect(offered('tidb-test', 'check', '--log-level', '')).toEqual(['error', 'warn', 'info', 'debug'])
  expect(offered('tidb-test', 'run', '--keep-database', '=', 'on')).toEqual(['on-failure'])
  expect(offered('tidb-test', 'run', '--host', '')).toEqual([])
  expect(offered('tidb-test', 'run', '--', 'd')).toEqual([])
})

test('words that the setting of an extension allows are offered', () => {
  const shop = defineConfigExtension({
    name: 'shop',
    schema: z.object({ currency: z.enum(['EUR', 'USD']).optional() }),
    options: { currency: 'currency <code>' },
  })
  const extended = catalogOf([shop])
  const words = "'run --currency') options='' words='EUR USD' files='' ;;"
  expect(completionsFor('bash', programWith(extended), extended)).toContain(words)
})
