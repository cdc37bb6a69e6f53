import type { Vitest } from 'vitest/node'
import type { ConfigExtension } from '../config/config-extension.ts'
import type { TidbOptions } from '../config/tidb-options.ts'

/** Options of the plugin: those of the configuration, and what only code can give. */
export interface PluginOptions extends Omit<TidbOptions, 'schema'> {
  /**
   * What every clean database holds: the path of a .sql file, or a function that returns the SQL (a migration tool's
   * output, say). It is run once, when the databases are made ready.
   */
  readonly schema?: string | (() => string | Promise<string>)
  /** Sections that others than the toolkit read; each is then an option by its own name. */
  readonly extensions?: readonly ConfigExtension[]
}

/** Vitest's config and its global setup may load this module twice; the registry must be one. */
const KEY = Symbol.for('vitest-tidb.plugin-options')
const holder = globalThis as { [KEY]?: WeakMap<Vitest, PluginOptions> }

export function rememberOptions(vitest: Vitest, options: PluginOptions): void {
  holder[KEY] ??= new WeakMap()
  holder[KEY].set(vitest, options)
}

export function optionsOf(vitest: Vitest): PluginOptions {
  return holder[KEY]?.get(vitest) ?? {}
}
