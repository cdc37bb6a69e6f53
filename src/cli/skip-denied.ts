/**
 * A setup file of the suites on somebody's cluster: a scenario that the user has no privilege for is not a failure of
 * TiDB. It is skipped, and what is missing is named.
 */
import { afterEach } from 'vitest'
import { missingPrivilege } from './missing-privilege.ts'

afterEach(({ task, skip }) => {
  const missing = task.result?.errors?.map(missingPrivilege).find((privilege) => privilege !== undefined)
  if (missing !== undefined) skip(`the user lacks a privilege: ${missing}`)
})
