import { expect, test } from 'vitest'
import { isPythonModule, pythonModule, unreadModule } from './python-module.ts'

const SOURCE = [
  'from vitest_tidb import PyStateHandler',
  '',
  'class First(PyStateHandler): pass',
  'class Two(PyStateHandler): pass',
  '',
].join('\n')

const handler = { doc: null, tags: [], problem: null }

test('each handler is a test with a literal name on the line of its class, with its docstring and tags', () => {
  const found = {
    handlers: [
      { ...handler, name: 'First', line: 3, doc: 'Says "what".', tags: ['slow', 'own'] },
      { ...handler, name: 'Two[a]', line: 4 },
    ],
  }
  const lines = linesOf(found, { tags: new Set(['slow']), dryRun: false })
  expect(lines[2]).toMatch(/^test\("test_a\.py › First", \{.*\}, \(\{ python, skip, task, annotate \}\) => .*\);$/)
  expect(JSON.parse(/\{"tags.*?\}{3}/.exec(lines[2] ?? '')?.[0] ?? '')).toEqual({
    // Vitest refuses tags that its configuration does not define.
    tags: ['slow'],
    meta: { handler: { file: '/here/test_a.py', name: 'First', tags: ['slow', 'own'], description: 'Says "what".' } },
  })
  expect(lines[3]).toMatch(/^test\("test_a\.py › Two\[a\]", /)
  expect(lines.join('\n').match(/test\("/g)).toHaveLength(2)
})

test('a file without a handler is one test, which fails', () => {
  const lines = linesOf({ handlers: [] })
  expect(lines[0]).toMatch(/test\("test_a\.py can be run", .*This file has no handler/)
})

test('a file that can not be parsed is one test, on the line where it breaks off', () => {
  const lines = linesOf({ handlers: [], problem: { line: 3, column: 7, message: 'SyntaxError: no' } })
  expect(lines[2]).toMatch(/^test\("test_a\.py can be run", .*"column":7.*SyntaxError: no/)
})

test('a handler whose cases can not be named is a test that says so', () => {
  const lines = linesOf({ handlers: [{ ...handler, name: 'First', line: 3, problem: 'unknown values' }] })
  expect(lines[2]).toMatch(/^test\("test_a\.py › First", .* file\.refuse\(\{"line":3,.*unknown values/)
})

test('where nobody can say what a file holds, one test says why', () => {
  const { code } = unreadModule(SOURCE, '/here/test_a.py', new Error('no Python'))
  expect(code.split('\n')[0]).toMatch(/test\("test_a\.py can be run", .*no Python/)
  expect(isPythonModule(code)).toBe(true)
  expect(isPythonModule(SOURCE)).toBe(false)
})

test('in a dry run tests ask for no server', () => {
  expect(linesOf({ handlers: [] }, { tags: new Set(), dryRun: true })[0]).toContain('dryRunTest as test')
})

function linesOf(
  found: Parameters<typeof pythonModule>[2],
  options: Parameters<typeof pythonModule>[3] = { tags: new Set(), dryRun: false },
): string[] {
  return pythonModule(SOURCE, '/here/test_a.py', found, options).code.split('\n')
}
