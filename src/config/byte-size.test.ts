import { expect, test } from 'vitest'
import { parseByteSize } from './byte-size.ts'

test.for([
  ['500', 500],
  ['64KB', 64_000],
  ['10 MB', 10_000_000],
  ['1.5MiB', 1_572_864],
  ['1gib', 1_073_741_824],
  ['', undefined],
  ['MB', undefined],
  ['-1MB', undefined],
  ['1TB', undefined],
] as const)('%j is %s bytes', ([text, bytes]) => {
  expect(parseByteSize(text)).toBe(bytes)
})
