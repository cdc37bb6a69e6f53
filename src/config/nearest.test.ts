import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

const names = ['host', 'port', 'user', 'password', 'poolSize', 'statusPort']

test.for([
  ['hots', 'host'],
  ['prot', 'port'],
  ['pool_size', 'poolSize'],
  ['Password', 'password'],
  ['pasword', 'password'],
  ['status-port', 'statusPort'],
])('%s was meant to be %s', ([written, meant]) => {
  expect(nearest(written ?? '', names)).toBe(meant)
})

test('a name that is like none of them gets no suggestion', () => {
  expect(nearest('retries', names)).toBeUndefined()
  expect(nearest('x', names)).toBeUndefined()
})
