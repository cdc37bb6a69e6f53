import { checkBounds, withNulls, type Column, type ColumnOptions } from './column.ts'
import { drawFrom, type Distribution } from './distribution.ts'

export interface DateOptions extends ColumnOptions {
  /** ISO 8601, in UTC; `2020-01-01` when not given. */
  readonly from?: string
  /** `2030-01-01` when not given; not reached. */
  readonly to?: string
  readonly distribution?: Distribution
}

/** `2024-02-29` */
export function date(options: DateOptions = {}): Column {
  return moment(options, (at) => at.toISOString().slice(0, 10))
}

/** `2024-02-29 23:59:59` */
export function datetime(options: DateOptions = {}): Column {
  return moment(options, (at) => at.toISOString().slice(0, 19).replace('T', ' '))
}

function moment(options: DateOptions, written: (at: Date) => string): Column {
  const { from = '2020-01-01', to = '2030-01-01', distribution = 'uniform' } = options
  const [first, end] = [Date.parse(from), Date.parse(to)]
  checkBounds(`date from '${from}' to '${to}'`, first, end)
  return withNulls(options, {
    cell: ({ random }) => written(new Date(first + Math.floor(drawFrom(distribution, random) * (end - first)))),
  })
}
