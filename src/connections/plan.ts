import { textTable } from './text-table.ts'

/** One operator of a plan. */
export interface PlanNode {
  /** The operator's name without its number: `IndexLookUp`. */
  readonly operator: string
  /** The name as TiDB gives it, without the lines of the tree: `IndexLookUp_10`. */
  readonly id: string
  /** The part that it plays for its parent: `Build`, `Probe`, `Seed Part`, `Recursive Part`. */
  readonly role: string | undefined
  /** 0 for an operator without a parent. */
  readonly depth: number
  /** Estimated rows; NaN where TiDB gives none (`N/A`). */
  readonly estRows: number
  /** `root`, `cop[tikv]`, `mpp[tiflash]`, … */
  readonly task: string
  /** Such as `table:account, index:email(email)`; empty when the operator reads nothing itself. */
  readonly accessObject: string
  readonly operatorInfo: string
  readonly children: readonly PlanNode[]
}

/** The lines that TiDB draws in front of an operator: two characters for each level. */
const TREE = /^((?:[│├└ ][─ ])*)(.*?)(?:\((Build|Probe|Seed Part|Recursive Part)\))?$/u

/**
 * The plan of a statement, as EXPLAIN shows it.
 *
 * The columns are those of TiDB's EXPLAIN statement, EXPLAIN ANALYZE included. Source: docs.pingcap.com, "EXPLAIN" and
 * "TiDB Query Execution Plan Overview".
 */
export class Plan {
  /** EXPLAIN's rows as they came: `id`, `estRows`, `task`, `access object`, `operator info`. */
  readonly rows: readonly Readonly<Record<string, unknown>>[]

  readonly #database: string | undefined

  /** `database` is the one that the statement ran in. */
  constructor(rows: readonly Readonly<Record<string, unknown>>[], database?: string) {
    this.rows = rows
    this.#database = database
  }

  /** The names of EXPLAIN's columns, in its order. */
  get columns(): readonly string[] {
    return Object.keys(this.rows[0] ?? {})
  }

  /** Every operator, in the order of EXPLAIN. */
  get nodes(): readonly PlanNode[] {
    return flatten(this.roots)
  }

  /** The operators without a parent: the statement's own first, then one for each common table expression. */
  get roots(): readonly PlanNode[] {
    return treeOf(this.rows)
  }

  /** The operators' names without numbers, in the order of EXPLAIN: `['IndexLookUp', 'IndexRangeScan', 'TableRowIDScan']`. */
  get operators(): readonly string[] {
    return this.nodes.map((node) => node.operator)
  }

  /** The names of the indexes that the plan reads, each once. `PRIMARY` for reads by a clustered primary key. */
  get indexes(): readonly string[] {
    return [...new Set(this.nodes.flatMap(indexesOf))]
  }

  /**
   * Whether the plan reads the index; upper and lower case are the same, as in TiDB.
   *
   * TiDB names no index when it reads by an integer clustered primary key (`Point_Get` with `handle:`, `TableRangeScan`);
   * that counts as `PRIMARY`.
   */
  usesIndex(name: string): boolean {
    const wanted = name.toLowerCase()
    return this.indexes.some((index) => index.toLowerCase() === wanted)
  }

  /**
   * Each row as texts, in the order of `columns`. TiDB writes columns as `database.table.column`; the statement's own
   * database is left out, because a test's database has another name in each run.
   */
  get cells(): readonly (readonly string[])[] {
    const { columns } = this
    return this.rows.map((row) => columns.map((column) => this.#unqualified(textOf(row[column]))))
  }

  #unqualified(text: string): string {
    if (this.#database === undefined) return text
    const name = this.#database.replace(/\W/g, '\\$&')
    return text.replace(new RegExp(`(?<![\\w.$])${name}\\.`, 'gi'), '')
  }

  /** The table that the mysql client shows for EXPLAIN, with the cells as above. */
  toString(): string {
    return textTable(this.columns, this.cells)
  }
}

function treeOf(rows: readonly Readonly<Record<string, unknown>>[]): PlanNode[] {
  const roots: PlanNode[] = []
  const path: PlanNode[][] = [roots]
  for (const row of rows) {
    const [, lines = '', id = '', role] = TREE.exec(textOf(row['id'])) ?? []
    const depth = lines.length / 2
    const children: PlanNode[] = []
    const siblings = path[depth] ?? roots
    siblings.push({
      operator: id.replace(/_\d+$/, ''),
      id,
      role,
      depth,
      estRows: Number.parseFloat(textOf(row['estRows'])),
      task: textOf(row['task']),
      accessObject: textOf(row['access object']),
      operatorInfo: textOf(row['operator info']),
      children,
    })
    path[depth + 1] = children
  }
  return roots
}

function flatten(nodes: readonly PlanNode[]): PlanNode[] {
  return nodes.flatMap((node) => [node, ...flatten(node.children)])
}

function indexesOf(node: PlanNode): string[] {
  // `table:t, partition:p0, index:by_name(name, id)`; an expression may have parentheses of its own.
  const named = [...node.accessObject.matchAll(/(?:^|, )(?:clustered )?index:([^(]+)\(/g)].map(
    (match) => match[1] ?? '',
  )
  if (named.length > 0) return named
  const byHandle =
    node.operator === 'TableRangeScan' ||
    (/^(Batch_)?Point_Get$/.test(node.operator) && /\bhandle:/.test(node.operatorInfo))
  return byHandle ? ['PRIMARY'] : []
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value)
}
