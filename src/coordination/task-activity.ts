import { AsyncLocalStorage, createHook } from 'node:async_hooks'

/**
 * Resources whose end can make a task go on: timers, and whatever asks the system or another process. Promises are none,
 * as one that nobody will settle any more looks like any other.
 */
const LIVE: ReadonlySet<string> = new Set([
  'Timeout',
  'Immediate',
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'FSEVENTWRAP',
  'STATWATCHER',
  'GETADDRINFOREQWRAP',
  'HTTPCLIENTREQUEST',
  'MESSAGEPORT',
  'PIPECONNECTWRAP',
  'PIPEWRAP',
  'PROCESSWRAP',
  'TCPCONNECTWRAP',
  'TCPWRAP',
  'UDPWRAP',
  'WORKER',
])

const running = new AsyncLocalStorage<TaskActivity | undefined>()
const owners = new Map<number, TaskActivity>()

// Promises are left out: hooks on them would slow everything down.
const hook = createHook({
  trackPromises: false,
  init(asyncId, type) {
    const activity = LIVE.has(type) ? running.getStore() : undefined
    if (activity === undefined) return
    owners.set(asyncId, activity)
    activity.begun()
  },
  destroy(asyncId) {
    owners.get(asyncId)?.ended()
    owners.delete(asyncId)
  },
})

let watching = 0

/** What a task has under way beside its waits: a timer, a file, a connection of its own, a statement's time limit. */
export class TaskActivity {
  #live = 0

  get busy(): boolean {
    return this.#live > 0
  }

  /** Runs a task; what it begins from here on, however late, is noticed as long as something watches. */
  run<R>(task: () => R): R {
    return running.run(this, task)
  }

  begun(): void {
    this.#live++
  }

  ended(): void {
    this.#live--
  }
}

/** Runs what belongs to no task: limits of time, connections that are opened for a task. */
export function outsideTasks<R>(work: () => R): R {
  return running.run(undefined, work)
}

/** Watches all tasks until what it returns is called. */
export function watchTasks(): () => void {
  if (watching++ === 0) hook.enable()
  return () => {
    if (--watching > 0) return
    hook.disable()
    owners.clear()
  }
}
