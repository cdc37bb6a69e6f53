import type { Origin } from './origin.ts'

/** One value for one setting, as somebody wrote it: not checked yet. */
export interface Setting {
  /** Of the toolkit's own settings, or of an extension's. */
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
}

/** Something wrong with what somebody wrote. */
export interface Problem {
  /** `file tidb-test.config.toml line 3` */
  readonly where: string
  readonly what: string
  readonly remedy: string
}
