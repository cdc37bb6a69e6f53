import type { Vitest } from 'vitest/node'
import type { TidbOptions } from '../config/tidb-options.ts'

/** Vitest's config and its global setup may load this module twice; the registry must be one. */
const KEY = Symbol.for('vitest-tidb.plugin-options')
const holder = globalThis as { [KEY]?: WeakMap<Vitest, TidbOptions> }

export function rememberOptions(vitest: Vitest, options: TidbOptions): void {
  holder[KEY] ??= new WeakMap()
  holder[KEY].set(vitest, options)
}

export function optionsOf(vitest: Vitest): TidbOptions {
  return holder[KEY]?.get(vitest) ?? {}
}
