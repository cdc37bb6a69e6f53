import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isTidbTestError } from '../../errors/tidb-test-error.ts'
import { parseSpec } from './parse-spec.ts'
import { printSpec } from './print-spec.ts'
import type { Marker, SpecFile } from './spec-file.ts'

test('a file with all parts is read, with the places of all that can fail', () => {
  const spec = parseSpec(
    `# a comment, with setup { } in it
setup { CREATE TABLE t (id INT PRIMARY KEY, v INT) }
setup
{
  INSERT INTO t VALUES (1, 0); # SQL's own comment
  INSERT INTO t VALUES (2, 0);
}
teardown { DROP TABLE t }

session alice
setup { BEGIN }
step a1 { UPDATE t SET v = 1 WHERE id = 1 } # behind a step
step a2 { COMMIT }
teardown { ROLLBACK }
session "the ""other"" one" step "step" { SELECT 1 }

permutation a1 "step" a2
permutation "step"(*) a1(*, "step") a2("step" notices 2)
`,
    'all.spec',
  )
  expect(spec).toEqual({
    setup: [
      { sql: 'CREATE TABLE t (id INT PRIMARY KEY, v INT)', at: { line: 2, column: 7 } },
      {
        sql: "\n  INSERT INTO t VALUES (1, 0); # SQL's own comment\n  INSERT INTO t VALUES (2, 0);\n",
        at: { line: 4, column: 1 },
      },
    ],
    teardown: { sql: 'DROP TABLE t', at: { line: 8, column: 10 } },
    sessions: [
      {
        name: 'alice',
        setup: { sql: 'BEGIN', at: { line: 11, column: 7 } },
        steps: [
          {
            name: 'a1',
            block: { sql: 'UPDATE t SET v = 1 WHERE id = 1', at: { line: 12, column: 9 } },
            at: { line: 12, column: 1 },
          },
          { name: 'a2', block: { sql: 'COMMIT', at: { line: 13, column: 9 } }, at: { line: 13, column: 1 } },
        ],
        teardown: { sql: 'ROLLBACK', at: { line: 14, column: 10 } },
        at: { line: 10, column: 1 },
      },
      {
        name: 'the "other" one',
        steps: [
          {
            name: 'step',
            block: { sql: 'SELECT 1', at: { line: 15, column: 41 } },
            at: { line: 15, column: 29 },
          },
        ],
        at: { line: 15, column: 1 },
      },
    ],
    permutations: [
      {
        at: { line: 17, column: 1 },
        steps: [
          { name: 'a1', markers: [], at: { line: 17, column: 13 } },
          { name: 'step', markers: [], at: { line: 17, column: 16 } },
          { name: 'a2', markers: [], at: { line: 17, column: 23 } },
        ],
      },
      {
        at: { line: 18, column: 1 },
        steps: [
          { name: 'step', markers: [{ kind: 'once', at: { line: 18, column: 20 } }], at: { line: 18, column: 13 } },
          {
            name: 'a1',
            markers: [
              { kind: 'once', at: { line: 18, column: 26 } },
              { kind: 'step', step: 'step', at: { line: 18, column: 29 } },
            ],
            at: { line: 18, column: 23 },
          },
          {
            name: 'a2',
            markers: [{ kind: 'notices', step: 'step', count: 2, at: { line: 18, column: 40 } }],
            at: { line: 18, column: 37 },
          },
        ],
      },
    ],
  })
})

test('line breaks mean nothing: a permutation may go over several lines, and a file may be one', () => {
  const spec = parseSpec('session s step a{A}step b{B}permutation a\r\n  b # and\n\ta permutation b', 'x.spec')
  expect(spec.sessions[0]?.steps.map(({ block }) => block.sql)).toEqual(['A', 'B'])
  expect(spec.permutations.map(({ steps }) => steps.map(({ name }) => name))).toEqual([['a', 'b', 'a'], ['b']])
})

test('names keep their case, and may hold digits, dollars and letters of any script', () => {
  const spec = parseSpec('session Größe step _a$1 {} step 読む {} permutation "_a$1" "読む"', 'x.spec')
  expect(spec.sessions[0]?.name).toBe('Größe')
  expect(spec.permutations[0]?.steps.map(({ name }) => name)).toEqual(['_a$1', '読む'])
})

const STEP = 'session s1\nstep a { BEGIN }\n'

test.each([
  ['', `1:1: setup, teardown or session is expected, not the end of the file`],
  ['# nothing but this', `1:19: setup, teardown or session is expected, not the end of the file`],
  ['setup { A }\nstep a { B }', '2:1: setup, teardown or session is expected, not "step"'],
  ['teardown { A }\nsetup { B }', '2:1: session is expected, not "setup"'],
  ['setup SELECT 1', '1:7: the SQL of setup in braces is expected, not the name "SELECT"'],
  ['setup { SELECT 1', '1:7: this block of SQL has no end; a "}" is expected'],
  ['session { A }', '1:9: the name of a session is expected, not a block of SQL'],
  ['session setup', '1:9: the name of a session is expected, not "setup"', 'write "setup" with its quotes'],
  ['session s1\n', '2:1: setup or step is expected, not the end of the file'],
  ['session s1 setup { A } setup { B }', '1:24: step is expected, not "setup"'],
  ['session s1 step a', '1:18: the SQL of step a in braces is expected, not the end of the file'],
  ['session s1 step 1a { A }', '1:17: the name of a step is expected, not "1"', 'needs double quotes'],
  ['session "s1\nstep a {}', "1:9: this quoted name has no end on its line; a '\"' is expected"],
  [`${STEP}setup { A }`, '3:1: step, teardown, session, permutation or the end of the file is expected, not "setup"'],
  [`${STEP}teardown {} step b {}`, '3:13: session, permutation or the end of the file is expected, not "step"'],
  [`${STEP}permutation`, '3:12: the name of a step is expected, not the end of the file'],
  [`${STEP}permutation a session s2`, '3:15: a step, permutation or the end of the file is expected, not "session"'],
  [`${STEP}permutation a()`, '3:15: "*" or the name of another step is expected, not ")"'],
  [`${STEP}permutation a(*`, '3:16: "," or ")" is expected, not the end of the file'],
  [`${STEP}permutation a(b c)`, '3:17: "," or ")" is expected, not the name "c"'],
  [`${STEP}permutation a(b notices)`, '3:24: a number of notices is expected, not ")"'],
  [`${STEP}step b { SELECT '}' }`, `3:19: the character "'" has no meaning here`, 'CHAR(125)'],
  [`${STEP}step b { SELECT '{}' } }`, `3:20: the character "'" has no meaning here`, 'CHAR(125)'],
  [`${STEP}}`, '3:1: the character "}" has no meaning here', 'CHAR(125)'],
  [`${STEP}permutation -`, '3:13: the character "-" has no meaning here', 'in double quotes'],
])('of %j it is said where it breaks off and what is expected', (source, message, remedy = '') => {
  const error = failureOf(source)
  expect(error).toMatchObject({ code: 'SPEC_SYNTAX', name: 'SpecFileError' })
  expect(error.message.split('\n')[0]).toBe(`some.spec:${message}`)
  expect(error.message).toContain(remedy)
})

test('what is printed is read as the same file', () => {
  fc.assert(
    fc.property(specFile, (spec) => {
      const printed = printSpec(spec)
      const read = parseSpec(printed, 'printed.spec')
      expect(withoutPlaces(read)).toEqual(withoutPlaces(spec))
      expect(printSpec(read)).toBe(printed)
    }),
    { numRuns: 500 },
  )
})

function failureOf(source: string): Error {
  try {
    parseSpec(source, 'some.spec')
  } catch (error) {
    if (isTidbTestError(error)) return error
    throw error
  }
  return expect.fail('the file was read')
}

const at = { line: 1, column: 1 }
const name = fc.oneof(
  fc.constantFrom('a', 'b', 'step', 'notices', 'with blank', 'quote"d', '1st', 's1', '{', '', 'größe', '#'),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')),
)
const block = fc
  .oneof(fc.constantFrom('', '\n  SELECT 1;\n', '{', "SELECT '\"#'"), fc.string({ unit: 'binary' }))
  .map((text) => ({ sql: text.replaceAll('}', '').replaceAll(/^[ \t\r\f]+|[ \t\r\f]+$/g, ''), at }))
const marker: fc.Arbitrary<Marker> = fc.oneof(
  fc.constant({ kind: 'once' as const, at }),
  name.map((step) => ({ kind: 'step' as const, step, at })),
  fc.record({ kind: fc.constant('notices' as const), step: name, count: fc.nat(), at: fc.constant(at) }),
)
const steps = fc.array(fc.record({ name, block, at: fc.constant(at) }), { minLength: 1, maxLength: 3 })
const session = fc.record(
  { name, setup: block, steps, teardown: block, at: fc.constant(at) },
  { requiredKeys: ['name', 'steps', 'at'] },
)
const permutationSteps = fc.array(
  fc.record({ name, markers: fc.array(marker, { maxLength: 2 }), at: fc.constant(at) }),
  { minLength: 1, maxLength: 4 },
)
const specFile: fc.Arbitrary<SpecFile> = fc.record(
  {
    setup: fc.array(block, { maxLength: 2 }),
    teardown: block,
    sessions: fc.array(session, { minLength: 1, maxLength: 3 }),
    permutations: fc.array(fc.record({ steps: permutationSteps, at: fc.constant(at) }), { maxLength: 3 }),
  },
  { requiredKeys: ['setup', 'sessions', 'permutations'] },
)

function withoutPlaces(spec: SpecFile): unknown {
  return JSON.parse(JSON.stringify(spec, (key, value: unknown) => (key === 'at' ? undefined : value)))
}
