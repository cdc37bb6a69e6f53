import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from './json-source.ts'
import { SourceSyntaxError } from './source-document.ts'

function syntaxErrorOf(text: string): SourceSyntaxError | undefined {
  try {
    parseJson(text)
    return undefined
  } catch (error) {
    if (error instanceof SourceSyntaxError) return error
    throw error
  }
}

describe('JSON with lines', () => {
  test('reads whatever JSON.stringify writes as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(parseJson(text).value).toEqual(JSON.parse(text))
      }),
    )
  })

  test('accepts and refuses the same texts as JSON.parse', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      '"a"',
      '"b"',
      ':',
      ',',
      '1',
      '-0',
      '01',
      '1e5',
      '.5',
      'true',
      'nul',
      ' ',
      '\n',
      '"\\x"',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const text = parts.join('')
        const error = syntaxErrorOf(text)
        if (error?.message.includes('given twice') === true) return
        let accepted = true
        try {
          JSON.parse(text)
        } catch {
          accepted = false
        }
        expect(error === undefined, text).toBe(accepted)
      }),
      { numRuns: 2_000 },
    )
  })

  test('knows the line on which each value starts', () => {
    const document = parseJson('{\n  "a": {\n    "b": 1, "c":\n      2\n  },\n  "d": [\n    3]\n}')
    expect(document.lineOf(['a'])).toBe(2)
    expect(document.lineOf(['a', 'b'])).toBe(3)
    expect(document.lineOf(['a', 'c'])).toBe(4)
    expect(document.lineOf(['d', '0'])).toBe(7)
    expect(document.lineOf(['e'])).toBeUndefined()
  })

  test.for([
    ['{\n  "a": 1,\n}', 3, 1, 'expected a key in double quotes, found "}"'],
    ['{"a" 1}', 1, 6, 'expected ":", found "1"'],
    ['[1, 2', 1, 6, 'expected "," or "]", found the end of the file'],
    ['{"a": tru}', 1, 7, 'expected a value, found "t"'],
    ['{} x', 1, 4, 'expected the end of the file, found "x"'],
    ['{\n"a": 1,\n"a": 2}', 3, 1, 'the key "a" is given twice'],
    ['', 1, 1, 'expected a value, found the end of the file'],
  ] as const)('%j is refused at its line and column', ([text, line, column, message]) => {
    expect(syntaxErrorOf(text)).toMatchObject({ line, column, message })
  })

  test('a key named __proto__ stays an ordinary key', () => {
    const { value } = parseJson('{"__proto__": {"a": 1}}')
    expect(Object.keys(value as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  test('nesting deeper than any configuration is refused', () => {
    expect(syntaxErrorOf('['.repeat(5_000))?.message).toContain('nested')
  })
})
