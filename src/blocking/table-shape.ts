import { SqlScan } from './sql-scan.ts'

export interface UniqueKey {
  readonly name: string
  readonly columns: readonly string[]
}

export interface ForeignKey {
  readonly columns: readonly string[]
  readonly table: string
  readonly referenced: readonly string[]
}

/** What must be known of a table to tell the keys under which the store holds its rows. */
export interface TableShape {
  readonly database: string
  readonly name: string
  readonly columns: readonly string[]
  /** Of integer columns: whether they are unsigned. */
  readonly integers: ReadonlyMap<string, boolean>
  /** The column that gets the next number when it is given 0. */
  readonly autoIncrement: string | undefined
  /** Columns whose values mean something else in sessions of another time zone. */
  readonly timestamps: ReadonlySet<string>
  /** The columns of a clustered primary key; undefined where rows have a hidden number. */
  readonly clustered: readonly string[] | undefined
  /** Unique indexes that are stored on their own, those over expressions left out. */
  readonly uniqueKeys: readonly UniqueKey[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Empty for a table without partitions. */
  readonly partitions: readonly string[]
}

/** Reads what SHOW CREATE TABLE says. Names are in lower case, as TiDB compares them. */
export function readTable(database: string, createTable: string): TableShape | undefined {
  const scan = SqlScan.of(createTable)
  if (scan === undefined) return undefined
  scan.until('TABLE')
  scan.take('TABLE')
  const name = lower(scan.name())
  const body = scan.parenthesized()
  if (name === undefined || body === undefined) return undefined
  const entries = body.split(',')
  const columns = entries.filter((entry) => entry.peek()?.type === 'quoted-identifier').map(columnOf)
  const keys = entries.flatMap(uniqueKeyOf)
  const clustered = keys.find((key) => key.clustered)?.columns
  const integers = new Map(
    columns.flatMap(({ name: column, unsigned }) => (unsigned === undefined ? [] : [[column, unsigned]])),
  )
  return {
    database,
    name,
    columns: columns.map((column) => column.name),
    integers,
    autoIncrement: columns.find((column) => column.autoIncrement)?.name,
    timestamps: new Set(columns.filter(({ timestamp }) => timestamp).map((column) => column.name)),
    clustered,
    uniqueKeys: keys.filter((key) => !key.clustered),
    foreignKeys: entries.flatMap(foreignKeyOf),
    partitions: partitionsOf(scan),
  }
}

interface Column {
  readonly name: string
  /** Undefined for what is no integer. */
  readonly unsigned: boolean | undefined
  readonly autoIncrement: boolean
  readonly timestamp: boolean
}

function columnOf(entry: SqlScan): Column {
  const name = lower(entry.name()) ?? ''
  const type = entry.peek()?.value ?? ''
  const integer = /^(?:TINY|SMALL|MEDIUM|BIG)?INT(?:EGER)?$/.test(type)
  return {
    name,
    unsigned: integer ? entry.has('UNSIGNED') : undefined,
    autoIncrement: entry.has('AUTO_INCREMENT'),
    timestamp: type === 'TIMESTAMP',
  }
}

function uniqueKeyOf(entry: SqlScan): (UniqueKey & { clustered: boolean })[] {
  const primary = entry.take('PRIMARY', 'KEY')
  if (!primary && !entry.take('UNIQUE', 'KEY')) return []
  const name = primary ? 'PRIMARY' : entry.name()
  const columns = entry
    .parenthesized()
    ?.split(',')
    .map((column) => lower(column.name()))
  const named = columns?.filter((column) => column !== undefined)
  if (name === undefined || named === undefined || named.length !== columns?.length) return []
  return [{ name, columns: named, clustered: primary && entry.take('CLUSTERED') }]
}

function foreignKeyOf(entry: SqlScan): ForeignKey[] {
  if (!entry.take('CONSTRAINT')) return []
  entry.name()
  if (!entry.take('FOREIGN', 'KEY')) return []
  const columns = namesIn(entry.parenthesized())
  entry.take('REFERENCES')
  const first = lower(entry.name())
  // A parent in another database is left out: `other`.`parent`.
  if (first === undefined || entry.take('.')) return []
  return [{ columns, table: first, referenced: namesIn(entry.parenthesized()) }]
}

function partitionsOf(scan: SqlScan): string[] {
  scan.until('PARTITION')
  if (!scan.take('PARTITION', 'BY')) return []
  const rest = scan.until()
  const counted = /\bPARTITIONS\s+(\d+)/.exec(rest.text)
  if (counted !== null) return Array.from({ length: Number(counted[1]) }, (_, index) => `p${index}`)
  return rest.tokens.flatMap((token, index) =>
    token.value === 'PARTITION' && token.type === 'word' ? [rest.tokens[index + 1]?.value ?? ''] : [],
  )
}

function namesIn(scan: SqlScan | undefined): string[] {
  return (scan?.split(',') ?? []).map((part) => lower(part.name()) ?? '')
}

function lower(name: string | undefined): string | undefined {
  return name?.toLowerCase()
}
