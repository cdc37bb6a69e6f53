import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lastLines } from './last-lines.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'last-lines-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

test('the last lines of a long file are read, without its empty ones', async () => {
  const file = join(folder(), 'log')
  writeFileSync(file, `${Array.from({ length: 50_000 }, (_, index) => `line ${index}`).join('\n')}\n\n`)
  expect(await lastLines(file, 2)).toEqual(['line 49998', 'line 49999'])
})

test('a file that is not there has no lines', async () => {
  expect(await lastLines(join(folder(), 'none'), 5)).toEqual([])
})
