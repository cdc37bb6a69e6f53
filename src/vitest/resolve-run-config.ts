import type { Vitest } from 'vitest/node'
import { resolveConfig } from '../config/resolve-config.ts'
import type { ResolvedConfig } from '../config/resolved-config.ts'
import { commandLineSources } from './command-line.ts'
import { optionsOf } from './plugin-options.ts'

/** The configuration of a run, from all layers. @throws ConfigError */
export function resolveRunConfig(vitest: Vitest): ResolvedConfig {
  const { schema, extensions = [], ...options } = optionsOf(vitest)
  const inline = typeof schema === 'string' ? { ...options, schema } : options
  return resolveConfig({ cwd: vitest.config.root, env: process.env, inline, extensions, ...commandLineSources() })
}
