// One start of the container backend in a process of its own, as each run of Vitest is one:
//   node bench/container-start.ts IMAGE CACHE_DIRECTORY start|prepare
// Prints the milliseconds from before its code is read until a query is answered. `prepare` makes the warm image first.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { openSession } from '../src/connections/open-session.ts'

const [image = '', cacheDirectory = '', what = ''] = process.argv.slice(2)
const progress = { update: () => undefined, note: () => undefined }
const abort = new AbortController()

// As the plugin does.
enableCompileCache(join(cacheDirectory, 'compiled'))

const begun = performance.now()
const { containerBackend } = await import('../src/backends/container/container-backend.ts')
// As outside of CI: an image that is missing is made, here after the measurement, if it were let.
const containerPer = what === 'prepare' ? 'worker' : 'run'
const backend = containerBackend({ image, cacheDirectory, containerPer, warmImage: true })
const running = await backend.start({ progress, signal: abort.signal })
const { endpoint } = await running.openServer()
const session = await openSession({ name: 'bench', endpoint })
await session.query`SELECT 1`
const milliseconds = performance.now() - begun

await session.close()
abort.abort(new Error('it has been measured'))
await running.stop()
console.log(JSON.stringify({ milliseconds, warm: running.detail.includes('(warm)') }))
