import { onTestFinished } from 'vitest'
import { ConnectionCoordinator } from '../connection-coordinator.ts'
import type { CoordinatorOptions } from '../coordinator-options.ts'

/** A coordinator whose tasks connect to nothing: what they do with each other needs no TiDB. */
export function coordinatorOf(options: Partial<CoordinatorOptions> = {}): ConnectionCoordinator {
  const coordinator = new ConnectionCoordinator({
    endpoint: { host: '127.0.0.1', port: 1, user: 'nobody' },
    openSession: () => Promise.reject(new Error('nothing is to be opened here')),
    ...options,
  })
  onTestFinished(() => coordinator.close())
  return coordinator
}

/** For runs without sessions. */
export const unconnected = { connect: false } as const
