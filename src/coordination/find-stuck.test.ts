import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findStuck, type Needs, type Standing } from './find-stuck.ts'

const going = (name: string): Standing => ({ name, gone: false, waits: [] })
const gone = (name: string): Standing => ({ name, gone: true, waits: [] })
const waiting = (name: string, ...of: readonly string[]): Standing => ({
  name,
  gone: false,
  waits: [{ of, atLeast: 1 }],
})
const meeting = (name: string, ...of: readonly string[]): Standing => ({
  name,
  gone: false,
  waits: [{ of, atLeast: of.length }],
})

describe('stuck', () => {
  test.for([
    ['nobody, as long as one does something that all need', [going('a'), waiting('b', 'a'), waiting('c', 'b')], []],
    ['whoever needs one that is gone', [gone('a'), waiting('b', 'a')], ['b']],
    ['not whoever can do with another one', [gone('a'), waiting('b', 'a', 'c'), going('c')], []],
    ['whoever needs all, one of whom is gone', [gone('a'), meeting('b', 'a', 'c'), going('c')], ['b']],
    ['two that need each other', [waiting('a', 'b'), waiting('b', 'a'), going('c')], ['a', 'b']],
    ['a circle of three', [waiting('a', 'b'), waiting('b', 'c'), waiting('c', 'a')], ['a', 'b', 'c']],
    ['one that needs itself', [waiting('a', 'a'), going('b')], ['a']],
    [
      'first whoever needs the gone, and not those who need him in turn',
      [gone('a'), waiting('b', 'a'), waiting('c', 'b')],
      ['b'],
    ],
    [
      'first the circle, and not those who need somebody in it',
      [waiting('a', 'b'), waiting('b', 'a'), waiting('c', 'a')],
      ['a', 'b'],
    ],
    [
      'nobody who has another wait that can end',
      [
        gone('a'),
        { ...waiting('b', 'a'), waits: [...waiting('b', 'a').waits, ...waiting('b', 'c').waits] },
        going('c'),
      ],
      [],
    ],
  ] as const)('is %s', ([, parties, expected]) => {
    expect(findStuck(parties)).toEqual(expected)
  })

  const names = ['a', 'b', 'c', 'd', 'e']
  const needs = fc
    .subarray(names, { minLength: 1 })
    .chain((of): fc.Arbitrary<Needs> => fc.integer({ min: 1, max: of.length }).map((atLeast) => ({ of, atLeast })))
  const parties = fc.tuple(
    ...names.map((name): fc.Arbitrary<Standing> =>
      fc.record({ name: fc.constant(name), gone: fc.boolean(), waits: fc.array(needs, { maxLength: 2 }) }),
    ),
  )

  test('is nobody whom those that are not stuck can help', () => {
    fc.assert(
      fc.property(parties, (standings) => {
        const stuck = new Set(findStuck(standings))
        for (const { name, waits } of standings.filter((party) => stuck.has(party.name))) {
          const helpers = new Set(
            standings.flatMap((party) => (party.gone || party.waits.length > 0 ? [] : [party.name])),
          )
          const able = waits.some(({ of, atLeast }) => of.filter((other) => helpers.has(other)).length >= atLeast)
          expect(able, name).toBe(false)
        }
      }),
    )
  })

  test('is somebody, when nobody does anything and somebody waits', () => {
    fc.assert(
      fc.property(parties, (standings) => {
        fc.pre(standings.every(({ gone: over, waits }) => over || waits.length > 0))
        fc.pre(standings.some(({ gone: over }) => !over))
        expect(findStuck(standings)).not.toEqual([])
      }),
    )
  })

  test('is told of until nobody is left who waits for ever', () => {
    fc.assert(
      fc.property(parties, (standings) => {
        let left: readonly Standing[] = standings
        for (let stuck = findStuck(left); stuck.length > 0; stuck = findStuck(left)) {
          left = left.map((party) => (stuck.includes(party.name) ? { ...party, gone: true } : party))
        }
        const stillWaiting = left.filter(({ gone: over, waits }) => !over && waits.length > 0)
        expect(stillWaiting.length === 0 || left.some(({ gone: over, waits }) => !over && waits.length === 0)).toBe(
          true,
        )
      }),
    )
  })
})
