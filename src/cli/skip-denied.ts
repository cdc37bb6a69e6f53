/**
 * A setup file of the suites on somebody's cluster: a scenario that the user has no privilege for is not a failure of
 * TiDB. It is skipped, and what is missing is named.
 */
import { afterEach, inject } from 'vitest'
import { LACKS_PRIVILEGE, LOGIN, missingPrivilege } from './missing-privilege.ts'

afterEach(({ task, skip }) => {
  // What failed later, while the test was cleaned up after, may follow from the first; the first follows from nothing.
  const missing = missingPrivilege(task.result?.errors?.[0], inject(LOGIN as never))
  if (missing !== undefined) skip(`${LACKS_PRIVILEGE}${missing}`)
})
