import type { ResolvedConfig } from '../config/resolved-config.ts'
import type { StatementHook } from '../connections/statement-hook.ts'
import { isTidbTestError, messageOf } from '../errors/tidb-test-error.ts'
import { loggerFor } from '../logging/logger-for.ts'
import { silentLogger, type Logger } from '../logging/logger.ts'

/** The log of one command, to where the settings say; silent until they are known. */
export class CommandLog {
  #logger: Logger = silentLogger
  readonly #begun = performance.now()

  begin(command: string, config: ResolvedConfig): void {
    this.#logger = loggerFor(config.logging, { process: 'tidb-test', command })
    this.#logger.hide(config.database.password)
    this.#logger.info?.('command begun', { backend: config.backend.kind, file: config.file })
  }

  /** Logs the statements of a session at the level debug. */
  get statements(): StatementHook {
    return {
      afterReply: ({ sql, failed }) => this.#logger.debug?.(failed ? 'statement failed' : 'statement', { sql }),
    }
  }

  note(message: string): void {
    this.#logger.info?.(message)
  }

  end(outcome: { readonly exitCode: number; readonly error?: unknown }): void {
    const { exitCode, error } = outcome
    const milliseconds = Math.round(performance.now() - this.#begun)
    if (error === undefined) this.#logger.info?.('command ended', { exitCode, milliseconds })
    else {
      const code = isTidbTestError(error) ? error.code : undefined
      this.#logger.error?.('command failed', { exitCode, milliseconds, code, error: messageOf(error) })
    }
    this.#logger.close()
  }
}
