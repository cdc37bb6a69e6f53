import type { ConfigExtension } from './config-extension.ts'
import { connectionsExtension } from './connections-extension.ts'
import { isolationExtension } from './isolation-extension.ts'
import { jobsExtension } from './jobs-extension.ts'
import { pythonExtension } from './python-extension.ts'

/**
 * Sections that commands of the same name read, made as those of plugins are. At its command a flag of a section goes
 * before the same flag of another built-in section, or of the toolkit's own settings.
 */
export const builtInExtensions: readonly ConfigExtension[] = [
  connectionsExtension,
  isolationExtension,
  jobsExtension,
  pythonExtension,
]
