// One start of the container backend in a process of its own, as each run of Vitest is one, and with the code that a user
// has installed:
//   node bench/container-start.ts DIST IMAGE CACHE_DIRECTORY start|prepare
// Prints the milliseconds from before the backend's code is read until a query is answered, which is what the backend
// itself waits for. The plugin's code is read by then, as in a run. `prepare` makes the warm image first.
import { readdir } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { containerBackend } from '../src/backends/container/container-backend.ts'

const [dist = '', image = '', cacheDirectory = '', what = ''] = process.argv.slice(2)
const progress = { update: () => undefined, note: () => undefined }
const abort = new AbortController()

// As the plugin does.
enableCompileCache(join(cacheDirectory, 'compiled'))
const file = (await readdir(dist)).find((name) => /^container-backend-.*\.js$/.test(name))
if (file === undefined) throw new Error(`${dist} holds no container backend`)
await import(pathToFileURL(join(dist, 'plugin.js')).href)

const begun = performance.now()
const exported = Object.values((await import(pathToFileURL(join(dist, file)).href)) as Record<string, unknown>)
const make = exported.find(isContainerBackend)
if (make === undefined) throw new Error(`${file} does not export the container backend`)
// As outside of CI: an image that is missing is made, here after the measurement, if it were let.
const containerPer = what === 'prepare' ? 'worker' : 'run'
const running = await make({ image, cacheDirectory, containerPer, warmImage: true }).start({
  progress,
  signal: abort.signal,
})
const { endpoint } = await running.openServer()
const milliseconds = performance.now() - begun

const { answer } = await import('./answer.ts')
await answer(endpoint)
abort.abort(new Error('it has been measured'))
await running.stop()
console.log(JSON.stringify({ milliseconds, warm: running.detail.includes('(warm)') }))

/** A build may export a name under a shorter one. */
function isContainerBackend(value: unknown): value is typeof containerBackend {
  return typeof value === 'function' && value.name === 'containerBackend'
}
