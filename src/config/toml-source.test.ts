import { expect, test } from 'vitest'
import { SourceSyntaxError } from './source-document.ts'
import { parseToml } from './toml-source.ts'

const TEXT = `# a comment with database.host = "x"
schema = "a.sql"

[database] # servers
host = "db"
user = """
several
lines"""
port = 4001
tls = { ca = "ca.pem", verify = false }

[backend]
"kind" = "auto"
`

test('the line on which each value starts is known, in whatever way TOML writes it', () => {
  const document = parseToml(TEXT)
  const lines = [['schema'], ['database'], ['database', 'host'], ['database', 'user'], ['database', 'port']]
  expect(lines.map((path) => document.lineOf(path))).toEqual([2, 4, 5, 6, 9])
  expect(document.lineOf(['database', 'tls', 'verify'])).toBe(10)
  expect(document.lineOf(['backend', 'kind'])).toBe(13)
  expect(document.lineOf(['backend', 'image'])).toBeUndefined()
})

test('a syntax error tells line and column, and does not show the line, which may hold a password', () => {
  const parse = (): unknown => parseToml('[database]\npassword = "hush\nport = 1\n')
  expect(parse).toThrow(SourceSyntaxError)
  expect(parse).toThrow(expect.objectContaining({ line: 2 }))
  expect(parse).not.toThrow(/hush/)
})
