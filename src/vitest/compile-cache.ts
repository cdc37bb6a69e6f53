// By name it could not be imported by an older Node, which is to be told first that it is too old.
import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { defaultCacheDirectory } from '../backends/local/default-cache-directory.ts'

/**
 * Lets Node keep compiled code from one run to the next, in this process and in the workers: they spend most of a short
 * run on reading Vitest, the driver and this package. A place of the user's own choice stays, and so does a refusal
 * (`NODE_DISABLE_COMPILE_CACHE=1`); Vitest itself takes it from workers whose coverage it would blur.
 * https://nodejs.org/api/module.html#module-compile-cache
 */
export function keepCompiledCode(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment['NODE_COMPILE_CACHE'] !== undefined || environment['NODE_DISABLE_COMPILE_CACHE'] !== undefined) return
  const directory = join(defaultCacheDirectory(environment), 'compiled')
  // Where nothing can be written, Node says so in what this returns, and compiles as ever.
  nodeModule.enableCompileCache(directory)
  environment['NODE_COMPILE_CACHE'] = directory
}
