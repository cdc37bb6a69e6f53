import type { ConfigExtension } from './config-extension.ts'
import type { TidbOptions } from './tidb-options.ts'

/** Sections of extensions, by their names; what has a default may be left out. */
export type SectionsOf<E extends readonly ConfigExtension[]> = {
  readonly [X in E[number] as X['name']]?: X extends ConfigExtension<string, unknown, infer Input>
    ? Partial<Input>
    : never
}

/** Gives the default export of a `tidb-test.config.ts` its types, and leaves it as it is. */
export function defineTidbConfig<const E extends readonly ConfigExtension[] = []>(
  config: TidbOptions & SectionsOf<E> & { readonly extensions?: E },
): TidbOptions & SectionsOf<E> & { readonly extensions?: E } {
  return config
}
