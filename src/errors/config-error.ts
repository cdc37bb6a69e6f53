import { TidbTestError, type ErrorKind } from './tidb-test-error.ts'

/** A setting is wrong. The message names the file (with line), variable or flag it came from. Codes start with `CONFIG_`. */
export class ConfigError extends TidbTestError {
  override get kind(): ErrorKind {
    return 'config'
  }
}
