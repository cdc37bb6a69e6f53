import { test as base } from 'vitest'
import { withTidb } from 'vitest-tidb'

/** The project's own test, from before it had a database. */
const own = base.extend('currency', 'EUR')

/** The same with TiDB: a fixture that a test does not name is not started, so the others are as quick as before. */
export const test = withTidb(own)
