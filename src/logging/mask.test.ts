import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mask } from './mask.ts'
import { Secret } from './secret.ts'

test('known secrets disappear, however they are written', () => {
  const secret = new Secret('p"ss wörd/1')
  const text = `raw ${secret.reveal()}, url ${encodeURIComponent(secret.reveal())}, json ${JSON.stringify(secret.reveal())}`
  expect(mask(text, [secret])).toBe('raw ***, url ***, json "***"')
})

test('passwords in URLs disappear without being known', () => {
  expect(mask('at mysql://root:hush@db:4000/a and https://u:p:q@w@h/x')).toBe(
    'at mysql://root:***@db:4000/a and https://u:***@h/x',
  )
  expect(mask('mysql://root@db:4000/test')).toBe('mysql://root@db:4000/test')
})

test('a secret that is the beginning of another leaves nothing of the longer one', () => {
  expect(mask('abcdef', ['abc', 'abcdef'])).toBe('***')
})

test('no secret of some length survives in any text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 4 }), fc.string(), (before, secret, after) => {
      fc.pre(!secret.includes('*'))
      expect(mask(before + secret + after, [secret])).not.toContain(secret)
    }),
  )
})

test('an empty password masks nothing', () => {
  expect(mask('text', [''])).toBe('text')
})
