import { expect, test } from 'vitest'
import { allPermutations, countPermutations } from './all-permutations.ts'
import { assertNamesUnique, permutationProblem, unusedSteps } from './check-spec.ts'
import { parseSpec } from './parse-spec.ts'

const SESSIONS = `session s1
step a1 { A }
step a2 { B }
session s2
step b1 { C }
step b2 { D }
`

test.each([
  ['session s step a {} step b {}\nstep a {}', '2:1: there is a step "a" already, on line 1'],
  ['session s step a {}\nsession t\n  step a {}', '3:3: there is a step "a" already, on line 1'],
  ['session s step a {}\nsession s step b {}', '2:1: there is a session "s" already, on line 1'],
])('in %j a name stands twice', (source, message) => {
  expect(() => assertNamesUnique(parseSpec(source, 'x.spec'), 'x.spec')).toThrow(`x.spec:${message}`)
})

test.each([
  ['a1 a3', 'SPEC_UNKNOWN_STEP', '7:16: there is no step "a3"\n  The steps are a1, a2, b1, b2.'],
  ['a1(b1 notices 2) b1', 'SPEC_NOTICES', `7:16: the marker "b1 notices 2" can't be had: TiDB sends no notices`],
  ['a1 b1(b9)', 'SPEC_MARKER', '7:19: step "b1" is to be reported after "b9", which is not in this permutation'],
  ['a1 b1(a2)', 'SPEC_MARKER', '7:19: step "b1" is to be reported after "a2", which is not in this permutation'],
  ['a1 a2(*, a1)', 'SPEC_MARKER', '7:22: step "a2" is to be reported after "a1", which is of its own session'],
])('the permutation %s can not be run', (permutation, code, message) => {
  const spec = parseSpec(`${SESSIONS}permutation ${permutation}`, 'x.spec')
  const [first] = spec.permutations
  const problem = first === undefined ? undefined : permutationProblem(spec, first, 'x.spec')
  expect(problem?.code).toBe(code)
  expect(problem?.message).toContain(`x.spec:${message}`)
})

test('steps may be left out, repeated, and marked with steps that come later', () => {
  const spec = parseSpec(`${SESSIONS}permutation a1 a1 b1(*, a2) a2`, 'x.spec')
  expect(spec.permutations.map((permutation) => permutationProblem(spec, permutation, 'x.spec'))).toEqual([undefined])
  expect(unusedSteps(spec)).toEqual([{ name: 'b2', at: { line: 6, column: 1 }, block: expect.anything() }])
})

test('all permutations come in the order of isolationtester, each once', () => {
  const { sessions } = parseSpec(SESSIONS, 'x.spec')
  const at = { line: 1, column: 1 }
  const all = [...allPermutations(sessions, at)].map(({ steps }) => steps.map(({ name }) => name).join(' '))
  expect(all).toEqual(['a1 a2 b1 b2', 'a1 b1 a2 b2', 'a1 b1 b2 a2', 'b1 a1 a2 b2', 'b1 a1 b2 a2', 'b1 b2 a1 a2'])
  expect(countPermutations(sessions)).toBe(6n)
  expect(countPermutations([sessions[0], sessions[1], sessions[0]].map((one) => one ?? expect.fail()))).toBe(90n)
})
