import { splitStatements, type Token } from '../../connections/sql-lexer.ts'

/**
 * In what order a statement asks for its rows: `none`; by these columns of the result, where rows that are equal in them
 * may come in any order; or `all`, where it is ordered by what is not in the result, so that ties cannot be told.
 */
export type RowOrder = 'none' | 'all' | readonly number[]

/** Words after which the list of ORDER BY has ended. */
const AFTER = new Set(['LIMIT', 'OFFSET', 'FETCH', 'FOR', 'INTO', 'LOCK', 'UNION', 'EXCEPT', 'INTERSECT', 'PROCEDURE'])

export function rowOrderOf(sql: string, columns: readonly { readonly name: string }[]): RowOrder {
  const tokens = outermost(splitStatements(sql)[0]?.tokens ?? [])
  const by = tokens.findLastIndex(({ value }, at) => value === 'BY' && tokens[at - 1]?.value === 'ORDER')
  if (by < 0 || tokens.slice(by).some(({ value }) => ['UNION', 'EXCEPT', 'INTERSECT'].includes(value))) return 'none'
  const end = tokens.findIndex(({ type, value }, at) => at > by && type === 'word' && AFTER.has(value))
  const keys = parted(tokens.slice(by + 1, end < 0 ? undefined : end))
  const places = keys.map((key) => placeOf(key, columns))
  return places.every((place) => place !== undefined) ? places : 'all'
}

/** Tokens outside of all parentheses; what is inside leaves its parentheses behind. */
function outermost(tokens: readonly Token[]): readonly Token[] {
  let depth = 0
  return tokens.filter(({ type, value }) => {
    const punctuation = type === 'punctuation'
    if (punctuation && value === ')') depth -= 1
    const kept = depth === 0
    if (punctuation && value === '(') depth += 1
    return kept
  })
}

function parted(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const keys: Token[][] = [[]]
  for (const token of tokens) {
    if (token.type === 'punctuation' && token.value === ',') keys.push([])
    else if (!(token.type === 'word' && ['ASC', 'DESC'].includes(token.value))) keys.at(-1)?.push(token)
  }
  return keys
}

/** A position, an alias, or a column with or without its table. */
function placeOf(key: readonly Token[], columns: readonly { readonly name: string }[]): number | undefined {
  const last = key.at(-1)
  if (last === undefined) return undefined
  if (key.length === 1 && last.type === 'number') return Number(last.value) - 1
  const qualified = key.length === 3 && key[1]?.value === '.'
  if (!(key.length === 1 || qualified) || !['word', 'quoted-identifier'].includes(last.type)) return undefined
  const name = last.type === 'word' ? last.text : last.value
  const place = columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase())
  return place < 0 ? undefined : place
}
