import { z } from 'zod'
import { defineConfigExtension } from './config-extension.ts'
import { duration, flag, text } from './setting-schemas.ts'

/** What holds for handlers that are written in Python. */
export const pythonExtension = defineConfigExtension({
  name: 'python',
  schema: z.object({
    interpreter: text
      .optional()
      .describe('the Python that runs handlers; the active virtual environment when not given'),
    lockWaitTimeout: duration(1)
      .default(3_000)
      .describe('how long a statement of a handler waits for a row that is locked'),
    showSql: flag.default(false).describe('print every statement of a handler'),
    showOutput: flag.default(false).describe('print what handlers print, when they pass too'),
    suites: z
      .union([z.array(text), text.transform((folders) => folders.split(',').map((folder) => folder.trim()))])
      .default([])
      .describe('folders of handlers; the name of each is the name of a suite'),
    dryRun: flag.default(false).describe('run handlers on mock connections, with no server'),
  }),
  options: {
    interpreter: 'interpreter <command>',
    lockWaitTimeout: 'lock-wait-timeout <time>',
    showSql: 'show-sql',
    showOutput: 'show-output',
    dryRun: 'dry-run',
  },
  // As earlier suites know it.
  env: { showSql: 'SHOW_SQL' },
})
