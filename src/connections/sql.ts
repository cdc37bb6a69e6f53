import { escapeId } from 'mysql2'
import { TidbTestError } from '../errors/tidb-test-error.ts'
import { passwordFollows } from './mask-passwords.ts'
import type { RawReading } from './raw-rows.ts'
import { formatDateTime } from './time-zone.ts'

/** What the server can return. DECIMAL, DATE, TIME and JSON are strings; 64-bit integers are numbers while they are safe, else bigint. */
export type SqlResult = string | number | bigint | Date | Uint8Array | null
export type SqlRow = Record<string, SqlResult>
/** What can be bound to a statement. */
export type SqlValue = SqlResult | boolean | Fragment

const PARTS = Symbol('parts')
type Part = { readonly text: string } | { readonly value: SqlResult | boolean } | { readonly id: string }

/** A piece of SQL with its bound values, made by `sql`; it can be put into statements and into other pieces. */
export interface Fragment {
  readonly kind: 'fragment'
  readonly [PARTS]: readonly Part[]
}

export interface SqlTag {
  /** A piece of SQL, to be put into a statement: sql`WHERE id = ${1}`. */
  (sql: TemplateStringsArray, ...values: SqlValue[]): Fragment
  /** An identifier, escaped; dots part it: sql.id('shop.account'). */
  id(name: string): Fragment
  /** Values with commas between: sql`id IN (${sql.list([1, 2])})`. The list must not be empty. */
  list(values: readonly SqlValue[]): Fragment
  /** SQL text as it is. Nothing is escaped: never give it what a user typed. */
  raw(text: string): Fragment
}

/** A statement ready to be sent. */
export interface CompiledSql {
  /** For people: values as `?`. */
  readonly text: string
  /** For people too: passwords as `***`. */
  readonly values: readonly (SqlResult | boolean)[]
  /** What goes over the wire, for a session in the state that is given. */
  literal(reading: Reading): string
  /** Rows are wanted as the server's own text. */
  readonly raw?: RawReading
}

/** How a session reads literals. */
interface Reading {
  readonly timeZone: string
  /** Whether a backslash in a string begins an escape sequence; undefined when that is not known. */
  readonly backslashEscapes: boolean | undefined
}

const fragment = (parts: readonly Part[]): Fragment => ({ kind: 'fragment', [PARTS]: parts })

export function isFragment(value: unknown): value is Fragment {
  return typeof value === 'object' && value !== null && PARTS in value
}

function partsOf(strings: readonly string[], values: readonly SqlValue[]): Part[] {
  const parts: Part[] = [{ text: strings[0] ?? '' }]
  values.forEach((value, index) => {
    if (isFragment(value)) parts.push(...value[PARTS])
    else parts.push({ value: checked(value, index) })
    parts.push({ text: strings[index + 1] ?? '' })
  })
  return parts
}

function checked(value: SqlResult | boolean, index: number): SqlResult | boolean {
  const wrong =
    value === undefined
      ? 'undefined (use null for NULL)'
      : typeof value === 'number' && !Number.isFinite(value)
        ? String(value)
        : value instanceof Date && Number.isNaN(value.getTime())
          ? 'an invalid Date'
          : value instanceof Date && (value.getUTCFullYear() < 1 || value.getUTCFullYear() > 9998)
            ? 'a Date before the year 1 or after 9998'
            : typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array)
              ? Array.isArray(value)
                ? 'an array (use sql.list)'
                : 'an object'
              : typeof value === 'function' || typeof value === 'symbol'
                ? `a ${typeof value}`
                : undefined
  if (wrong === undefined) return value
  throw new TidbTestError('SQL_VALUE', `value ${index + 1} of the statement is ${wrong}, which SQL has no value for`)
}

export const sql: SqlTag = Object.assign(
  (strings: TemplateStringsArray, ...values: SqlValue[]) => fragment(partsOf(strings, values)),
  {
    id: (name: string) => fragment([{ id: name }]),
    list: (values: readonly SqlValue[]) => {
      if (values.length === 0) throw new TidbTestError('SQL_VALUE', 'sql.list() got no values; SQL has no empty list')
      return fragment(partsOf(['', ...values.slice(1).map(() => ', '), ''], values))
    },
    raw: (text: string) => fragment([{ text }]),
  },
)

export function compileSql(strings: TemplateStringsArray, values: readonly SqlValue[]): CompiledSql {
  if (!Array.isArray(strings) || !('raw' in strings)) {
    throw new TidbTestError(
      'SQL_TEMPLATE',
      'query, run, start and explain are template tags: write db.run`…`, not db.run(…); for text use db.script(text)',
    )
  }
  return compiled(partsOf(strings, values))
}

export function compileText(text: string, raw?: RawReading): CompiledSql {
  return { text, values: [], literal: () => text, ...(raw === undefined ? {} : { raw }) }
}

function compiled(parts: readonly Part[]): CompiledSql {
  return {
    text: parts.map((part) => ('text' in part ? part.text : 'id' in part ? escapeId(part.id) : '?')).join(''),
    values: parts.flatMap((part, index) => ('value' in part ? [isPassword(parts, index) ? '***' : part.value] : [])),
    literal: (reading) =>
      parts
        .map((part) => ('text' in part ? part.text : 'id' in part ? escapeId(part.id) : literalOf(part.value, reading)))
        .join(''),
  }
}

function isPassword(parts: readonly Part[], index: number): boolean {
  const before = parts.slice(Math.max(0, index - 3), index)
  return passwordFollows(before.map((part) => ('text' in part ? part.text : '?')).join(''))
}

/** The same statement with a piece of SQL in front: EXPLAIN of it, say. */
export function prefixed(prefix: string, sql: CompiledSql): CompiledSql {
  return { text: prefix + sql.text, values: sql.values, literal: (reading) => prefix + sql.literal(reading) }
}

function literalOf(value: SqlResult | boolean, reading: Reading): string {
  if (value === null) return 'NULL'
  if (value instanceof Date) return `'${formatDateTime(value, reading.timeZone)}'`
  if (value instanceof Uint8Array) return value.length === 0 ? "''" : `0x${Buffer.from(value).toString('hex')}`
  return typeof value === 'string' ? stringLiteral(value, reading.backslashEscapes) : String(value)
}

/** With sql_mode NO_BACKSLASH_ESCAPES a backslash is a character like any other, and escaping with it would be wrong. */
function stringLiteral(value: string, backslashEscapes: boolean | undefined): string {
  if (!value.includes('\\')) return `'${value.replaceAll("'", "''")}'`
  // Hexadecimal means the same in both modes, but is not taken everywhere: not after COMMENT, for one.
  if (backslashEscapes === undefined) return `_utf8mb4 0x${Buffer.from(value).toString('hex')}`
  const text = backslashEscapes ? value.replaceAll('\\', '\\\\') : value
  return `'${text.replaceAll("'", "''")}'`
}
