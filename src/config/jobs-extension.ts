import { z } from 'zod'
import { defineConfigExtension } from './config-extension.ts'
import { duration } from './setting-schemas.ts'

/** What `tidb-test jobs` watches, and how long. */
export const jobsExtension = defineConfigExtension({
  name: 'jobs',
  schema: z.object({
    duration: duration(1).optional().describe('how long DDL and import jobs are watched; until Ctrl-C when not given'),
    interval: duration(1).default(2_000).describe('how often they are looked at'),
    details: z.boolean().default(false).describe('whether every column of import jobs is shown'),
  }),
  options: { duration: 'duration <time>', interval: 'interval <time>', details: 'details' },
  env: { duration: 'TIDB_MONITOR_DURATION', interval: 'TIDB_UPDATE_INTERVAL' },
})
