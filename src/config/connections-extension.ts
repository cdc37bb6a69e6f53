import { z } from 'zod'
import { defineConfigExtension } from './config-extension.ts'
import { duration, whole } from './setting-schemas.ts'

/** What holds for connections that work together: the fixture `coordinator`, and `tidb-test connections`. */
export const connectionsExtension = defineConfigExtension({
  name: 'connections',
  schema: z.object({
    count: whole(1, 10_000).default(2).describe('connections: of a task that is run on several, or to each endpoint'),
    maxConnections: whole(1, 10_000).default(100).describe('the most connections of one run'),
    timeout: duration(1).default(30_000).describe('how long a connection may wait for another one'),
    duration: duration(0).default(0).describe('how long connections are monitored'),
    interval: duration(1).default(1_000).describe('how often a connection is checked meanwhile'),
  }),
  options: {
    count: 'count <n>',
    maxConnections: 'max-connections <n>',
    timeout: 'timeout <time>',
    duration: 'duration <time>',
    interval: 'interval <time>',
  },
})
