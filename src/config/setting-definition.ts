/** How a value is checked. A zod schema is one. */
interface SettingSchema {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data?: unknown }
    | { readonly success: false; readonly error?: { readonly issues: readonly { readonly message: string }[] } }
}

export interface SettingDefinition {
  readonly schema: SettingSchema
  /** For messages. */
  readonly allowed: string
  /** The environment variable that sets it. */
  readonly variable: string
  /** A further variable that sets it. */
  readonly alsoVariable?: string
  /** Flag of `tidb-test` with its argument, without dashes: `host <host[:port]>`. */
  readonly option?: string
  /** What it is, in a few words. */
  readonly about: string
  /** What holds when nobody gives it and `defaults` has no value for it. */
  readonly unset?: string
  /** Resolved against where the setting was written. */
  readonly path?: boolean
  /** A path that is looked for at once. */
  readonly mustExist?: boolean
  readonly secret?: boolean
}

/** `host <host[:port]>` is given as `--host` and arrives under `host`. */
export function nameOfOption(option: string): string {
  return option.split(' ')[0] ?? option
}
