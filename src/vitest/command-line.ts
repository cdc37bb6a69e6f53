import type { ConfigSources } from '../config/resolve-config.ts'

/** Global setup may load this module a second time; what was remembered must be one. */
const KEY = Symbol.for('vitest-tidb.command-line')
const holder = globalThis as { [KEY]?: CommandLineSources }

/** Where `tidb-test run` was called, and what was said there. */
export type CommandLineSources = Pick<ConfigSources, 'cwd' | 'commandLine' | 'file'>

/** For every Vitest that this process starts from now on. A password in it stays in this process. */
export function rememberCommandLine({ cwd, commandLine, file }: CommandLineSources): void {
  holder[KEY] = {
    cwd,
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(file === undefined ? {} : { file }),
  }
}

/** Empty when Vitest was started by its own command. */
export function commandLineSources(): Partial<CommandLineSources> {
  return holder[KEY] ?? {}
}
