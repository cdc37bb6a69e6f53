import { ImportError } from '../../errors/import-error.ts'

/** What a cell is made from: the column's own random numbers, and which row of how many it is in, from 0 on. */
export interface Draw {
  readonly random: () => number
  readonly row: number
  readonly rows: number
}

/** Makes the cells of one column, as text; null is NULL. */
export interface Column {
  /** Sees to it that so many rows can be made. @throws ImportError `IMPORT_OPTION` */
  check?(name: string, rows: number): void
  cell(draw: Draw): string | null
}

export interface ColumnOptions {
  /** What part of the cells is NULL: 0, when not given, to 1. */
  readonly nulls?: number
}

/** A column whose cells are sometimes NULL. The random numbers are used up either way, so that others do not change. */
export function withNulls({ nulls = 0 }: ColumnOptions, column: Column): Column {
  if (!(nulls >= 0 && nulls <= 1)) throw wrong(`nulls is ${nulls}; it must be a number from 0 to 1`)
  if (nulls === 0) return column
  return {
    ...column,
    cell(draw) {
      const isNull = draw.random() < nulls
      const cell = column.cell(draw)
      return isNull ? null : cell
    },
  }
}

export function wrong(message: string, remedy?: string): ImportError {
  return new ImportError('IMPORT_OPTION', message, remedy === undefined ? {} : { remedy })
}

/** @throws ImportError `IMPORT_OPTION` when the bounds are no numbers, or the wrong way round */
export function checkBounds(kind: string, min: number, max: number): void {
  if (Number.isFinite(min) && Number.isFinite(max) && min <= max) return
  throw wrong(`${kind}: min is ${min} and max is ${max}; they must be numbers, min no larger than max`)
}
