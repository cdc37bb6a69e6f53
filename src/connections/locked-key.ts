/**
 * What KEY_INFO says of a locked key, for people.
 *
 * Source: https://docs.pingcap.com/tidb/stable/information-schema-deadlocks#key_info
 */
interface KeyInfo {
  readonly table_name?: string
  readonly table_id?: number
  readonly partition_name?: string
  readonly index_name?: string
  readonly index_values?: readonly unknown[]
  readonly handle_value?: string
}

/** `row account(1)`, `unique key account.email('a@b.c')`; the key itself where TiDB can't decode it. */
export function describeKey(keyInfo: string | undefined, key: string | undefined): string {
  const info = parsed(keyInfo)
  const table = info?.table_name ?? (info?.table_id === undefined ? undefined : `#${info.table_id}`)
  if (info === undefined || table === undefined) return key === undefined ? 'a key' : `key ${key}`
  const partition = info.partition_name === undefined ? '' : ` partition ${info.partition_name}`
  if (info.index_name !== undefined) {
    return `unique key ${table}.${info.index_name}(${(info.index_values ?? []).map(quoted).join(', ')})${partition}`
  }
  return `row ${table}(${info.handle_value ?? ''})${partition}`
}

function parsed(keyInfo: string | undefined): KeyInfo | undefined {
  if (keyInfo === undefined) return undefined
  try {
    return JSON.parse(keyInfo) as KeyInfo
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function quoted(value: unknown): string {
  const text = String(value)
  return /^-?\d+(?:\.\d+)?$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`
}
