import { expect, test } from 'vitest'
import { isSpecModule, specModule } from './spec-module.ts'

const SPEC = `# who is first
setup { CREATE TABLE t (id INT) }
session s1 step a { A } step b { B }
session s2 step c { C }
`

test('each written permutation is a test on its own line, with a literal name that is unique', () => {
  const { lines, warnings } = moduleOf(`${SPEC}permutation a\n  "c"(*, a)\n\npermutation c a permutation c a\n`)
  expect(lines[4]).toMatch(/^test\("a c\(\*, a\)", async \(\{ expect, run \}\) => .*\}\);$/)
  expect(lines[7]?.match(/test\("[^"]*"/g)).toEqual(['test("c a"', 'test("c a (2)"'])
  expect(testsIn(lines)).toHaveLength(3)
  expect(warnings).toEqual(['in no permutation of some.spec: b (line 3)'])
})

test('without a permutation all are tests, on the line of the first session', () => {
  const { lines, warnings } = moduleOf(SPEC)
  expect(testsIn([lines[2] ?? ''])).toEqual(['a b c', 'a c b', 'c a b'])
  expect(testsIn(lines)).toHaveLength(3)
  expect(warnings).toEqual([])
})

test.each([
  [`${SPEC}permutation a (`, 5],
  [`${SPEC}\nsession s1 step d {}`, 6],
  ['session s1 step 1 {}', 1],
  [Array.from({ length: 4 }, (_, n) => `session s${n} ${steps(n)}`).join('\n'), 1],
])('a file that can not be read is one test, where it breaks off', (source, line) => {
  const { lines } = moduleOf(source)
  expect(testsIn(lines)).toEqual(['some.spec can be read'])
  expect(testsIn([lines[line - 1] ?? ''])).toHaveLength(1)
})

test('lines of the module are lines of the file, and its text comes with the source map', () => {
  const source = `${SPEC}permutation a c\r\npermutation "c" a`
  const { code, map } = specModule(source, '/here/some.spec', () => undefined)
  expect(code.split('\n')).toHaveLength(6)
  expect(map).toEqual({
    version: 3,
    sources: ['/here/some.spec'],
    sourcesContent: [source],
    names: [],
    mappings: 'AAAA;AACA;AACA;AACA;AACA;AACA',
  })
  expect(isSpecModule(code)).toBe(true)
  expect(isSpecModule(source)).toBe(false)
})

function steps(session: number): string {
  return Array.from({ length: 4 }, (_, n) => `step s${session}_${n} {}`).join(' ')
}

function moduleOf(source: string): { lines: string[]; warnings: string[] } {
  const warnings: string[] = []
  const { code } = specModule(source, '/here/some.spec', (message) => warnings.push(message))
  return { lines: code.split('\n'), warnings }
}

/** Names of the tests in some lines of code. */
function testsIn(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => [...line.matchAll(/\btest\(("[^"]*"), (?:async )?\(/g)])
    .map(([, name]) => JSON.parse(name ?? '') as string)
}
