import { expect, test } from 'vitest'
import { inPieces } from './in-pieces.ts'

test('what happens after a parcel happens once, after its last piece', () => {
  const afterwards = (): void => undefined
  const pieces = [...inPieces({ bytes: Buffer.from('abcde'), due: 7, afterwards }, 2)]
  expect(pieces.map(({ bytes }) => bytes.toString())).toEqual(['ab', 'cd', 'e'])
  expect(pieces.map((piece) => piece.afterwards)).toEqual([undefined, undefined, afterwards])
  expect(pieces.every(({ due }) => due === 7)).toBe(true)
})
