/** Rows that a plan reads, and locks, by their integer keys. */
export interface PlanPoints {
  readonly table: string
  /** In digits. */
  readonly handles: readonly string[]
}

/**
 * The rows that a plan locks, when it reads nothing else.
 *
 * Source: EXPLAIN FOR CONNECTION on 8.5: `table:t` with `handle:1, lock`, or with `handle:[1 2], keep order:false, lock`.
 */
export function pointsInPlan(rows: readonly Readonly<Record<string, unknown>>[]): PlanPoints | undefined {
  const reading = rows.filter((row) => String(row['access object'] ?? '') !== '')
  const [point, another] = reading
  if (point === undefined || another !== undefined || !/Point_Get_\d+$/.test(String(point['id']))) return undefined
  const [, table] = /^table:([^,]+)$/.exec(String(point['access object'])) ?? []
  const [, one, several] = /^handle:(?:(-?\d+)|\[([-\d ]+)\]),.*\block\b/.exec(String(point['operator info'])) ?? []
  const handles = one === undefined ? several?.split(' ') : [one]
  return table === undefined || handles === undefined ? undefined : { table: table.toLowerCase(), handles }
}
