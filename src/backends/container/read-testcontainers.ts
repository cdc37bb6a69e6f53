import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/**
 * What Testcontainers and its client of Docker require as soon as they are read, and the start of a container has no use
 * for: it takes longer to read than all the rest. By the module that requires them.
 */
const LATER: readonly (readonly [importer: RegExp, modules: readonly string[]])[] = [
  // Engines behind SSH.
  [/[\\/]docker-modem[\\/]lib[\\/]modem\.js$/, ['./ssh']],
  // Builds of images.
  [/[\\/]dockerode[\\/]lib[\\/]session\.js$/, ['@grpc/grpc-js', '@grpc/proto-loader']],
  [/[\\/]dockerode[\\/]lib[\\/]buildkit\.js$/, ['protobufjs']],
  [/[\\/]dockerode[\\/]lib[\\/]util\.js$/, ['tar-fs']],
  [/[\\/]testcontainers[\\/]build[\\/].*[\\/]docker-image-client\.js$/, ['tar-fs']],
  // Compose, ports of this machine, waiting for a page, files that are copied, locks of Ryuk.
  [/[\\/]testcontainers[\\/]build[\\/].*[\\/]compose-client\.js$/, ['docker-compose']],
  [/[\\/]testcontainers[\\/]build[\\/].*[\\/]port-forwarder\.js$/, ['ssh-remote-port-forward']],
  [/[\\/]testcontainers[\\/]build[\\/].*[\\/]http-wait-strategy\.js$/, ['undici']],
  [/[\\/]testcontainers[\\/]build[\\/].*[\\/](started-)?generic-container\.js$/, ['archiver']],
  [/[\\/]testcontainers[\\/]build[\\/].*[\\/]file-lock\.js$/, ['proper-lockfile']],
]

/** Marks a module by TypeScript's and Babel's convention: what requires it looks for that at once. */
const COMPILED_FROM_ESM = /[\\/]node_modules[\\/]docker-compose[\\/]/

const SCHEME = 'vitest-tidb-later:'

/**
 * Reads code that imports Testcontainers, which takes a third of a second when all of it is read. What it requires for
 * other uses is read when it is first used; nobody else's modules are touched.
 */
export async function readTestcontainers<T>(load: () => Promise<T>): Promise<T> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const importer = context.parentURL ?? ''
      const later = LATER.some(([by, modules]) => modules.includes(specifier) && by.test(importer))
      const found = next(specifier, context)
      // Another reading may be under way, and have seen to it.
      return later && found.url.startsWith('file:')
        ? { url: `${SCHEME}${found.url}`, format: 'commonjs', shortCircuit: true }
        : found
    },
    load(url, context, next) {
      if (!url.startsWith(SCHEME)) return next(url, context)
      return { format: 'commonjs', source: standIn(fileURLToPath(url.slice(SCHEME.length))), shortCircuit: true }
    },
  })
  try {
    return await load()
  } finally {
    hooks.deregister()
  }
}

/** A module that reads the one at `path` when one of its members is used, or when it is called. */
function standIn(path: string): string {
  return `
    const { createRequire } = require('node:module')
    const path = ${JSON.stringify(path)}
    let read
    const actual = () => (read ??= createRequire(path)(path))
    module.exports = new Proxy(function () {}, {
      get: (_, name) => (name === '__esModule' ? ${COMPILED_FROM_ESM.test(path)} : actual()[name]),
      has: (_, name) => name in actual(),
      apply: (_, self, values) => Reflect.apply(actual(), self, values),
      construct: (_, values) => Reflect.construct(actual(), values),
    })`
}
