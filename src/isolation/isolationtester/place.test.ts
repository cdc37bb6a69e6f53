import { expect, test } from 'vitest'
import { TidbTestError } from '../../errors/tidb-test-error.ts'
import { parseSpec } from './parse-spec.ts'
import { pointInto } from './place.ts'

const spec = parseSpec(
  `setup { A }
session s1
setup { A }
step a { B }
session s2
step b { B }
teardown { C }
permutation a
  b`,
  'x.spec',
)

test.each([
  ['the set-up of all', { sql: 'A', session: 'setup' }, 'setup (/x.spec:1:7)'],
  ['the set-up of a session', { sql: 'A', session: 's1' }, 'setup (/x.spec:3:7)'],
  ['a step', { sql: 'B', session: 's2' }, 'b (/x.spec:6:8)'],
  ['a teardown', { sql: 'C', session: 's2' }, 'teardown (/x.spec:7:10)'],
  ['a step of the permutation', { position: 1 }, 'b (/x.spec:9:3)'],
  ['the permutation', { sql: 'D', session: 's1' }, '/x.spec:8:1'],
])('the stack of an error leads to %s', (_, context, place) => {
  const error = new TidbTestError('ANY', 'it went\nwrong', { context })
  expect(pointInto('/x.spec', error, spec, spec.permutations[0])).toBe(error)
  expect(error.stack).toBe(`TidbTestError: it went\nwrong\n    at ${place}`)
})

test('what is no error is left as it is', () => {
  expect(pointInto('/x.spec', 'thrown', spec, spec.permutations[0])).toBe('thrown')
})
