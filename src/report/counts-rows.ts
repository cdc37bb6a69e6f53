const COUNTS_ROWS = /^\s*(?:select|insert|update|delete|replace|with|table|values|show|load|\()/i

/** Whether it is worth to say of a statement that it found no row: not of one that changes a schema, say. */
export function countsRows(sql: string): boolean {
  return COUNTS_ROWS.test(sql)
}
