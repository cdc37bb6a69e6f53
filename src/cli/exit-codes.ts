import { constants } from 'node:os'

export const SUCCESS = 0
export const FAILURE = 1
/** The command line or the configuration is wrong. */
export const USAGE = 2

/** What a shell reports for a process that a signal ended: 130 for SIGINT, 143 for SIGTERM. */
export function exitCodeOf(signal: 'SIGINT' | 'SIGTERM'): number {
  return 128 + constants.signals[signal]
}
