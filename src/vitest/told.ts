import type { Vitest } from 'vitest/node'
import type { Logger } from '../logging/logger.ts'

/** Tells people in Vitest's own output, and the log. */
export interface Told {
  info(line: string): void
  warn(line: string): void
  /** Says in Vitest's output what was held back until now, and from now on all at once. */
  release(): void
}

/** Until it is released, lines wait: a run that has not begun yet may turn out to have no test, and says that alone. */
export function told(vitest: Vitest, logger: Logger): Told {
  let held: (() => void)[] | undefined = []
  const say = (line: () => void): void => {
    if (held === undefined) line()
    else held.push(line)
  }
  return {
    info: (line) => {
      say(() => vitest.logger.log(line))
      logger.info?.(line)
    },
    warn: (line) => {
      say(() => vitest.logger.warn(`vitest-tidb: ${line}`))
      logger.warn?.(line)
    },
    release: () => {
      for (const line of held?.splice(0) ?? []) line()
      held = undefined
    },
  }
}
