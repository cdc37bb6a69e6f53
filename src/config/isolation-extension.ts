import { z } from 'zod'
import { defineConfigExtension } from './config-extension.ts'
import { whole } from './setting-schemas.ts'

/** What `tidb-test isolation` measures on. */
export const isolationExtension = defineConfigExtension({
  name: 'isolation',
  schema: z.object({
    // Anomalies are provoked on pairs of rows.
    rows: whole(2, 1_000_000_000).optional().describe('rows on which anomalies are provoked; test.rows when not given'),
  }),
  options: { rows: 'rows <n>' },
})
