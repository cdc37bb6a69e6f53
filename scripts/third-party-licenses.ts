import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rolldown } from 'tsdown'

/** The file in the package that holds the licences of what is bundled. `check-package.js` looks for it. */
const FILE = 'THIRD-PARTY-LICENSES.txt'

/** Everything up to the name of the innermost package. */
const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

/** Writes the licences of all packages whose code is in the bundle beside it: they ask to go with copies of it. */
export function thirdPartyLicenses(): Rolldown.Plugin {
  return {
    name: 'third-party-licenses',
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((output) => (output.type === 'chunk' ? output.moduleIds : []))
      const folders = new Set(modules.flatMap((id) => PACKAGE.exec(id)?.[1] ?? []))
      if (folders.size === 0) return
      const notices = [...folders].toSorted().map(noticeOf)
      this.emitFile({ type: 'asset', fileName: FILE, source: `${notices.join(`\n${'-'.repeat(80)}\n\n`)}` })
    },
  }
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string
    version: string
    license?: string
  }
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry))
  if (file === undefined) throw new Error(`${name} is bundled, and its licence is not in ${folder}`)
  return `${name} ${version} (${license ?? 'licence below'})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
}
