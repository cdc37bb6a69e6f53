/** From weakest to strongest. */
const layers = ['default', 'file', 'environment', 'command line', 'inline'] as const

export type Layer = (typeof layers)[number]

/** Where a value came from. */
export interface Origin {
  readonly layer: Layer
  /** For people: `default`, `file tidb-test.config.toml line 3`, `environment variable TIDB_HOST`. */
  readonly where: string
  /** Absolute; relative paths among the values start here. */
  readonly directory: string
}

export function isStronger(left: Layer, right: Layer): boolean {
  return layers.indexOf(left) > layers.indexOf(right)
}
