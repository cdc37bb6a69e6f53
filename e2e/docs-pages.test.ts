import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { wholeProgram } from '../docs/generate/command-line.ts'
import { errorCodes } from '../docs/generate/errors.ts'
import { declaredMatchers } from '../docs/generate/matchers.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const docs = `${root}docs/`
// The page for Python authors stands by itself: e2e/python-docs.test.ts runs its code.
const written = globSync('**/*.md', {
  cwd: docs,
  exclude: ['reference/**', 'python.md'],
}).map((name) => ({ name, text: readFileSync(docs + name, 'utf8') }))

test('code on the pages is quoted from files, so that a test runs it', () => {
  const typed = written.flatMap(({ name, text }) =>
    [...text.matchAll(/^ *```(\w*)/gm)]
      .map(([, language = '']) => language)
      .filter((language, index) => index % 2 === 0 && language !== 'sh')
      .map((language) => `${name}: a block of ${language === '' ? 'no language' : language}`),
  )
  expect(typed).toEqual([])
})

test('files and regions that the pages quote exist', () => {
  const missing = written.flatMap(({ name, text }) =>
    [...text.matchAll(/^<<< @\/([^#{\s]+)(?:#([^{\s]+))?/gm)]
      .filter(([, file = '', region]) => {
        if (!existsSync(docs + file)) return true
        return region !== undefined && !readFileSync(docs + file, 'utf8').includes(`#region ${region}\n`)
      })
      .map(([quote]) => `${name}: ${quote}`),
  )
  expect(missing).toEqual([])
})

test('commands that the pages name exist', () => {
  const commands = new Map(wholeProgram().commands.map((command) => [command.name(), command]))
  const named = written.flatMap(({ text }) => [...text.matchAll(/npx tidb-test (\w+)((?: --?[\w-]+)*)/g)])
  expect(named.length).toBeGreaterThan(5)
  for (const [, name = '', flags = ''] of named) {
    const command = commands.get(name)
    expect(command, `tidb-test ${name}`).toBeDefined()
    for (const flag of flags.trim().split(' ').filter(Boolean)) {
      const known = command?.options.some(({ short, long }) => short === flag || long === flag)
      expect(known, `tidb-test ${name} ${flag}`).toBe(true)
    }
  }
})

test('every matcher tells what it checks, and every error code that a user can meet is found', () => {
  expect(declaredMatchers(root).filter(({ about }) => about === '')).toEqual([])
  expect([...errorCodes(root).keys()]).toEqual(
    expect.arrayContaining(['BACKEND_NONE_USABLE', 'CONFIG_INVALID', 'CONNECT_DENIED', 'WAIT_CANNOT_END']),
  )
})
