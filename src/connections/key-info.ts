/** A key of the store, as far as TiDB and the key's own bytes tell what it stands for. */
export interface KeyParts {
  readonly database?: string
  readonly table?: string
  /** Of an entry of an index; absent for a row. */
  readonly index?: string
  /** Such as `1` or `'a@b.c', 2`, as it is written in SQL. */
  readonly key?: string
}

/** KEY_INFO. Source: https://docs.pingcap.com/tidb/stable/information-schema-deadlocks#key_info */
interface KeyInfo {
  readonly db_name?: string
  readonly table_name?: string
  readonly handle_type?: 'int' | 'common'
  readonly handle_value?: string
  readonly index_name?: string
  readonly index_values?: readonly unknown[]
}

/** What a key stands for, by its KEY_INFO and its bytes in hexadecimal. */
export function keyParts(keyInfo: unknown, bytes: unknown): KeyParts {
  const info = parsed(keyInfo)
  const { db_name: database, table_name: table, index_name: index } = info
  const key = index === undefined ? handleOf(info, bytes) : (info.index_values ?? []).map(literalOf).join(', ')
  return {
    ...(database === undefined ? {} : { database }),
    ...(table === undefined ? {} : { table }),
    ...(index === undefined ? {} : { index }),
    ...(key === undefined || key === '' ? {} : { key }),
  }
}

/** `row account(1)`, `unique key account.email('a@b.c')`; undefined where TiDB does not name the table. */
export function describeKey({ table, index, key }: KeyParts): string | undefined {
  if (table === undefined) return undefined
  const values = key === undefined ? '' : `(${key})`
  return index === undefined ? `row ${table}${values}` : `unique key ${table}.${index}${values}`
}

/** A value as SQL writes it: numbers as they are, the rest in quotes. */
export function literalOf(value: unknown): string {
  const text = String(value)
  return /^-?\d+(?:\.\d+)?$/.test(text) ? text : quoted(text)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** TiDB writes a clustered key as `{x, y, 1}`, from which its values can't be told apart; the bytes may do better. */
function handleOf({ handle_type: type, handle_value: value }: KeyInfo, bytes: unknown): string | undefined {
  if (value === undefined || type !== 'common') return value
  return handleIn(String(bytes)) ?? value
}

/** The flag before each value. Source: pkg/util/codec/codec.go of TiDB 8.5. */
const [BYTES, INT, UINT] = [0x01, 0x03, 0x04]
/** Bytes come in groups of 8, each with one byte more, which is 255 less the zeros that fill the group up. */
const GROUP = 8
/** `t`, the table's number in 8 bytes, `_r`. Source: pkg/tablecodec/tablecodec.go of TiDB 8.5. */
const PREFIX = 11

/** The values of a clustered key; undefined when one is neither a text nor an integer, or a text that its collation changed. */
function handleIn(hexadecimal: string): string | undefined {
  const bytes = Buffer.from(hexadecimal, 'hex')
  const values: string[] = []
  for (let at = PREFIX; at < bytes.length;) {
    const flag = bytes[at++]
    if ((flag === INT || flag === UINT) && at + 8 <= bytes.length) {
      const value = bytes.readBigUInt64BE(at)
      values.push(String(flag === INT ? BigInt.asIntN(64, value ^ (1n << 63n)) : value))
      at += 8
      continue
    }
    const text = flag === BYTES ? textAt(bytes, at) : undefined
    if (text === undefined) return undefined
    values.push(quoted(text.value))
    at = text.end
  }
  return values.join(', ')
}

function textAt(bytes: Buffer, begin: number): { value: string; end: number } | undefined {
  const groups: Buffer[] = []
  for (let at = begin; at + GROUP < bytes.length; at += GROUP + 1) {
    const fill = 255 - (bytes[at + GROUP] ?? 0)
    if (fill > GROUP) return undefined
    groups.push(bytes.subarray(at, at + GROUP - fill))
    if (fill === 0) continue
    const value = Buffer.concat(groups).toString('utf8')
    return /[\p{Cc}\uFFFD]/u.test(value) ? undefined : { value, end: at + GROUP + 1 }
  }
  return undefined
}

function parsed(keyInfo: unknown): KeyInfo {
  if (typeof keyInfo !== 'string' || keyInfo === '') return {}
  try {
    return JSON.parse(keyInfo) as KeyInfo
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
