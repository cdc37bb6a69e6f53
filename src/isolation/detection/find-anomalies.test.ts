import { expect, test } from 'vitest'
import { findAnomalies } from './find-anomalies.ts'
import type { Dependency, DirtyRead, RowRead } from './history.ts'

const ALWAYS = { before: true, after: true }
const APPEARS = { before: false, after: true }

test('transactions one after another show nothing', () => {
  expect(namesOf([edge('ww', 'a', 'b', 'x'), edge('wr', 'a', 'b', 'y'), edge('rw', 'a', 'b', 'z')])).toEqual([])
})

test('G0: two rows are overwritten in opposite orders', () => {
  expect(namesOf([edge('ww', 'a', 'b', 'x'), edge('ww', 'b', 'a', 'y')])).toEqual(['G0'])
})

test('G0: the cycle may go through three transactions, and is told in words', () => {
  const cycle = [edge('ww', 'a', 'b', 'x'), edge('ww', 'b', 'c', 'y'), edge('ww', 'c', 'a', 'z')]
  expect(findAnomalies(historyOf(cycle))).toEqual([
    { name: 'G0', transactions: ['a', 'b', 'c'], evidence: 'ww a b x; ww b c y; ww c a z' },
  ])
})

test('G1a and G1b: reads of what was never committed', () => {
  const read = (kind: DirtyRead['kind']): DirtyRead => ({ reader: 'b', writer: 'a', kind, words: `saw ${kind}` })
  expect(findAnomalies({ ...historyOf([]), dirtyReads: [read('aborted')] })).toEqual([
    { name: 'G1a', transactions: ['a', 'b'], evidence: 'saw aborted' },
  ])
  expect(findAnomalies({ ...historyOf([]), dirtyReads: [read('intermediate')] }).map(({ name }) => name)).toEqual([
    'G1b',
  ])
})

test('G1c: each reads what the other wrote', () => {
  expect(namesOf([edge('wr', 'a', 'b', 'x'), edge('wr', 'b', 'a', 'y')])).toEqual(['G1c'])
})

test('G1c: one reads what the other wrote over it', () => {
  expect(namesOf([edge('ww', 'a', 'b', 'x'), edge('wr', 'b', 'a', 'y')])).toEqual(['G1c'])
})

test('OTV: a row without the writer is seen after a row with it', () => {
  const saw = edge('wr', 'writer', 'reader', 'x', { position: 1 })
  expect(namesOf([saw, edge('rw', 'reader', 'writer', 'y', { position: 2 })])).toEqual([
    'OTV',
    'G-single',
    'G2-item',
    'G2',
  ])
  expect(namesOf([saw, edge('rw', 'reader', 'writer', 'y', { position: 0 })])).not.toContain('OTV')
})

test('PMP: a condition meets a row at its second evaluation only', () => {
  const without = edge('rw', 'reader', 'writer', 'z', { position: 0, through: 'condition', met: APPEARS })
  expect(namesOf([without, edge('wr', 'writer', 'reader', 'z', { position: 1, met: APPEARS })])).toEqual([
    'PMP',
    'G-single',
    'G2',
  ])
  const other = { before: true, after: false }
  expect(namesOf([without, edge('wr', 'writer', 'reader', 'z', { position: 1, met: other })])).not.toContain('PMP')
  expect(namesOf([without, edge('wr', 'writer', 'reader', 'y', { position: 1, met: APPEARS })])).not.toContain('PMP')
  expect(namesOf([without, edge('wr', 'writer', 'reader', 'z', { position: 1 })])).not.toContain('PMP')
})

test('P4: what was read is overwritten after somebody else has changed it', () => {
  expect(namesOf([edge('rw', 'a', 'b', 'x'), edge('ww', 'b', 'a', 'x')])).toEqual(['P4', 'G-single', 'G2-item', 'G2'])
  expect(namesOf([edge('rw', 'a', 'b', 'x'), edge('ww', 'b', 'a', 'y')])).toEqual(['G-single', 'G2-item', 'G2'])
})

test('G-single needs a cycle with one anti-dependency, over whatever other dependencies', () => {
  expect(namesOf([edge('rw', 'a', 'b', 'x'), edge('ww', 'b', 'c', 'y'), edge('wr', 'c', 'a', 'z')])).toEqual([
    'G-single',
    'G2-item',
    'G2',
  ])
})

test('G2-item: a cycle of two anti-dependencies on rows', () => {
  expect(namesOf([edge('rw', 'a', 'b', 'x'), edge('rw', 'b', 'a', 'y')])).toEqual(['G2-item', 'G2'])
})

test('G2: a cycle of anti-dependencies on conditions alone', () => {
  const through = { through: 'condition', met: APPEARS } as const
  expect(namesOf([edge('rw', 'a', 'b', 'x', through), edge('rw', 'b', 'a', 'y', through)])).toEqual(['G2'])
})

function edge(
  kind: Dependency['kind'],
  from: string,
  to: string,
  row: string,
  read: Partial<RowRead> = {},
): Dependency {
  const words = `${kind} ${from} ${to} ${row}`
  if (kind === 'ww') return { kind, from, to, row, words }
  return { kind, from, to, row, words, read: { position: 0, through: 'row', met: ALWAYS, ...read } }
}

function historyOf(dependencies: readonly Dependency[]) {
  return { transactions: [], dependencies, dirtyReads: [] }
}

function namesOf(dependencies: readonly Dependency[]): string[] {
  return findAnomalies(historyOf(dependencies)).map(({ name }) => name)
}
