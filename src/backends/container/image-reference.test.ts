import { expect, test } from 'vitest'
import { imageReference } from './image-reference.ts'

test.each([
  [{}, 'pingcap/tidb:v8.5.4'],
  [{ version: '8.1.2' }, 'pingcap/tidb:v8.1.2'],
  [{ version: 'nightly' }, 'pingcap/tidb:nightly'],
  [{ image: 'registry.example:5000/tidb', version: 'v7.5.6' }, 'registry.example:5000/tidb:v7.5.6'],
  [{ image: 'registry.example:5000/tidb' }, 'registry.example:5000/tidb:latest'],
  [{ image: 'pingcap/tidb:v8.5.4', version: '8.5.4' }, 'pingcap/tidb:v8.5.4'],
  [{ image: `pingcap/tidb@sha256:${'a'.repeat(64)}` }, `pingcap/tidb@sha256:${'a'.repeat(64)}`],
])('%o is the image %s', (options, expected) => {
  expect(imageReference(options)).toBe(expected)
})

test.each([
  [{ image: '-v /:/host' }, /"-v \/:\/host" is not a reference/],
  [{ version: 'v8 5' }, /"v8 5" is not an image tag/],
  [{ image: 'pingcap/tidb:v8.5.4', version: 'v7.5.0' }, /pingcap\/tidb:v8\.5\.4 .* v7\.5\.0/],
])('%o is refused with the setting to change', (options, message) => {
  expect(() => imageReference(options)).toThrow(message)
  expect(() => imageReference(options)).toThrow(/TIDB_(IMAGE|VERSION)/)
})
