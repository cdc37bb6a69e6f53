import { pathKey, SourceSyntaxError, type SourceDocument } from './source-document.ts'

const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y

/**
 * Parses JSON (RFC 8259) and remembers the line of every key, which `JSON.parse` does not. A key given twice is an error.
 * Throws {@link SourceSyntaxError}.
 */
export function parseJson(text: string): SourceDocument {
  const source = text.replace(/^\uFEFF/, '')
  const lines = new Map<string, number>()
  let position = 0

  function fail(message: string, at = position): never {
    const before = source.slice(0, at).split('\n')
    throw new SourceSyntaxError(message, before.length, (before.at(-1)?.length ?? 0) + 1)
  }

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = position
    const found = pattern.exec(source)?.[0]
    position += found?.length ?? 0
    return found
  }

  function next(): string {
    take(SPACE)
    return source[position] ?? ''
  }

  function found(): string {
    return position >= source.length ? 'the end of the file' : JSON.stringify(source[position])
  }

  function string(what: string): string {
    const raw = take(STRING)
    return raw === undefined ? fail(`expected ${what}, found ${found()}`) : String(JSON.parse(raw))
  }

  function list(open: string, close: string, item: (index: number) => void): void {
    position += open.length
    for (let index = 0; next() !== close; index++) {
      if (index > 0) {
        if (next() !== ',') fail(`expected "," or ${JSON.stringify(close)}, found ${found()}`)
        position++
        next()
      }
      item(index)
    }
    position++
  }

  function value(path: readonly string[]): unknown {
    const start = next()
    lines.set(pathKey(path), source.slice(0, position).split('\n').length)
    if (path.length > 100) fail('nested more than 100 deep')
    if (start === '{') {
      const entries = new Map<string, unknown>()
      list('{', '}', () => {
        const at = position
        const key = string('a key in double quotes')
        if (entries.has(key)) fail(`the key ${JSON.stringify(key)} is given twice`, at)
        if (next() !== ':') fail(`expected ":", found ${found()}`)
        position++
        entries.set(key, value([...path, key]))
      })
      return Object.fromEntries(entries)
    }
    if (start === '[') {
      const items: unknown[] = []
      list('[', ']', (index) => items.push(value([...path, String(index)])))
      return items
    }
    if (start === '"') return string('a text in closed double quotes with valid escapes')
    const scalar = take(SCALAR)
    return scalar === undefined ? fail(`expected a value, found ${found()}`) : JSON.parse(scalar)
  }

  const result = value([])
  if (next() !== '') fail(`expected the end of the file, found ${found()}`)
  return { value: result, lineOf: (path) => lines.get(pathKey(path)) }
}
