import type { Vitest } from 'vitest/node'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Takes the signals over, because on a signal Vitest ends without the teardown of its global setup, and databases on
 * other people's servers would be left. A second signal ends the process at once; the reaper then removes the servers.
 */
export function takeSignals(vitest: Vitest, aborted: AbortController): { release(): void } {
  let ending = false
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = EXIT_CODES[signal as keyof typeof EXIT_CODES]
    if (ending) process.exit(code)
    ending = true
    process.exitCode = code
    aborted.abort(new Error(`interrupted by ${signal}`))
    end(vitest, code).catch((error: unknown) => {
      vitest.logger.error(error)
      process.exit(code)
    })
  }
  const signals = Object.keys(EXIT_CODES) as NodeJS.Signals[]
  // Vite's own listener would end the process as soon as its server is closed, in the middle of our teardown.
  const others = signals.map((signal) => ({ signal, listeners: process.listeners(signal) }))
  for (const signal of signals) process.removeAllListeners(signal).on(signal, onSignal)
  return {
    release: () => {
      for (const { signal, listeners } of others) {
        process.off(signal, onSignal)
        for (const listener of listeners) process.on(signal, listener)
      }
    },
  }
}

/** Milliseconds that workers have to end what they do; statements under way are ended at once. */
const GRACE = 5_000

async function end(vitest: Vitest, code: number): Promise<void> {
  // Vitest ends workers by force when it is asked a second time. A worker that was just starting has not heard the first,
  // and would run its whole file.
  const force = setTimeout(() => void vitest.cancelCurrentRun('keyboard-input').catch(() => undefined), GRACE)
  try {
    await vitest.cancelCurrentRun('keyboard-input')
  } finally {
    clearTimeout(force)
  }
  process.exitCode = code
  await vitest.exit(true)
}
