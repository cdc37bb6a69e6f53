/** Global setup may load this module a second time; what was remembered must be one. */
const KEY = Symbol.for('vitest-tidb.start-failure')
const holder = globalThis as { [KEY]?: unknown }

/** Why the run of this process could not begin, for whoever started it: Vitest itself only prints it. */
export function rememberStartFailure(error: unknown): void {
  holder[KEY] = error
}

/** Undefined when the run could begin. */
export function startFailure(): unknown {
  return holder[KEY]
}
