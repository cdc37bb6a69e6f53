import type { Session } from '../connections/session.ts'
import type { TableColumn } from './table-literals.ts'

/** Something in a database that has a name. */
export interface NamedObject {
  readonly name: string
  /** What CREATE, DROP and SHOW CREATE call it. */
  readonly kind: 'TABLE' | 'VIEW' | 'SEQUENCE'
  /** Its rows are found by a hidden row id, as they have no clustered key. */
  readonly hasRowId: boolean
}

export interface Table {
  readonly name: string
  readonly columns: readonly TableColumn[]
  /** It has AUTO_INCREMENT. */
  readonly counts: boolean
  readonly hasRowId: boolean
}

/** What a session's database holds. Source: docs.pingcap.com/tidb/stable/information-schema-tables */
export async function namedObjects(session: Session): Promise<NamedObject[]> {
  const rows = await session.query<{ name: string; type: string; pkType: string | null }>`
    SELECT table_name AS name, table_type AS type, tidb_pk_type AS pkType
    FROM information_schema.tables WHERE table_schema = DATABASE()`
  return rows.map(({ name, type, pkType }) => ({
    name,
    kind: type === 'VIEW' || type === 'SEQUENCE' ? type : 'TABLE',
    hasRowId: pkType !== 'CLUSTERED',
  }))
}

/** The tables among them, with their columns. */
export async function tablesAmong(session: Session, objects: readonly NamedObject[]): Promise<Table[]> {
  const tables = objects.filter(({ kind }) => kind === 'TABLE')
  if (tables.length === 0) return []
  const rows = await session.query<{
    tableName: string
    name: string
    type: string
    extra: string
    generation: string | null
  }>`
    SELECT table_name AS tableName, column_name AS name, data_type AS type, extra, generation_expression AS generation
    FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position`
  const columnsOf = Map.groupBy(rows, ({ tableName }) => tableName)
  return tables.map(({ name, hasRowId }) => {
    const columns = columnsOf.get(name) ?? []
    return {
      name,
      columns: columns.map((column) => ({ ...column, generated: (column.generation ?? '') !== '' })),
      counts: columns.some(({ extra }) => /auto_increment/i.test(extra)),
      hasRowId,
    }
  })
}

/** The statement that would make it, without how far its generators of ids have got. */
export async function definitionOf(session: Session, { name, kind }: NamedObject, id: string): Promise<string> {
  const [rows] = await session.script(`SHOW CREATE ${kind} ${id}`)
  const shown = Object.entries(Array.isArray(rows) ? (rows[0] ?? {}) : {}).find(([column]) => /^create /i.test(column))
  if (shown === undefined) throw new TypeError(`SHOW CREATE ${kind} says nothing of ${name}`)
  return String(shown[1]).replaceAll(/ AUTO_INCREMENT=\d+| \/\*T!\[auto_rand_base\][^*]*\*\//g, '')
}
