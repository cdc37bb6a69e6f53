import type { ConfigExtension } from './config-extension.ts'
import { jobsExtension } from './jobs-extension.ts'

/** Sections that single commands read, made as those of plugins are. */
export const builtInExtensions: readonly ConfigExtension[] = [jobsExtension]
