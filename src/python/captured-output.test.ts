import { fstatSync, writeSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { CapturedOutput } from './captured-output.ts'

function opened(): CapturedOutput {
  const output = new CapturedOutput()
  onTestFinished(() => output.close())
  return output
}

test('what was written is taken once', () => {
  const output = opened()
  writeSync(output.fd, 'one ')
  writeSync(output.fd, 'two')
  expect(output.take()).toBe('one two')
  expect(output.take()).toBe('')
  writeSync(output.fd, 'three')
  expect(output.take()).toBe('three')
})

test('up to 256 KiB are kept whole, and of more the beginning and the end', () => {
  const output = opened()
  const whole = 'a'.repeat(200_000)
  writeSync(output.fd, whole)
  expect(output.take()).toBe(whole)
  writeSync(output.fd, `first${'b'.repeat(1_000_000)}last`)
  const text = output.take()
  expect(text).toMatch(/^firstb+\n… 737865 bytes are left out …\nb+last$/)
})

test('a flood does not fill the disk, and its beginning and end are told', async () => {
  const output = opened()
  writeSync(output.fd, 'first')
  for (let index = 0; index < 20; index++) writeSync(output.fd, 'c'.repeat(1 << 20))
  await expect.poll(() => fstatSync(output.fd).size, { timeout: 10_000 }).toBe(0)
  writeSync(output.fd, 'last')
  const left = 20 * (1 << 20) + 5 - 128 * 1024
  expect(output.take()).toMatch(new RegExp(`^firstc+\\n… ${left} bytes are left out …\\nlast$`))
  writeSync(output.fd, 'after')
  expect(output.take()).toBe('after')
})
