import { date, datetime } from './dates.ts'
import { decimal, integer, sequence } from './numbers.ts'
import { oneOf, pattern, text } from './texts.ts'

/** The columns that test data can have. One of your own is an object with `cell({ random, row, rows })`. */
export const column = { sequence, integer, decimal, text, oneOf, pattern, date, datetime } as const
