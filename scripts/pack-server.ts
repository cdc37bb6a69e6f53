// Makes the npm package that brings a built tidb-server to one platform:
//   node scripts/pack-server.ts --binary PATH --out FOLDER [--licenses FILE]
// The binary is the one of `tidb-test install`, for this platform. Without --licenses, the licences of all Go modules
// that are compiled in are read from Go's module cache. Prints the folder of the package.
import { execFileSync } from 'node:child_process'
import { linkSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readBuildPlan } from '../src/backends/embedded/build-plan.ts'
import { moduleFolder } from '../src/backends/embedded/module-folder.ts'
import { serverPackageName, type PackagedServerManifest } from '../src/backends/embedded/packaged-server.ts'
import { digestOf, releaseOf } from '../src/backends/local/binary-identity.ts'
import { goModuleLicenses } from './go-module-licenses.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({
  options: { binary: { type: 'string' }, out: { type: 'string' }, licenses: { type: 'string' } },
})
if (values.binary === undefined || values.out === undefined) {
  console.error('usage: node scripts/pack-server.ts --binary PATH --out FOLDER [--licenses FILE]')
  process.exit(2)
}
const binary = resolve(values.binary)
const folder = resolve(values.out)
const plan = await readBuildPlan(moduleFolder('tidb'))
const release = await releaseOf(binary)
if (release !== plan.release) {
  console.error(`${binary} is TiDB ${release}, and this package builds ${plan.release}.`)
  process.exit(1)
}
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const name = serverPackageName()
const manifest: PackagedServerManifest = { plan: plan.name, sha256: await digestOf(binary) }

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const write = (file: string, content: unknown): void =>
  writeFileSync(
    join(folder, file),
    typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`,
  )
write('package.json', {
  name,
  version,
  description: `tidb-server ${release}, as vitest-tidb builds it for ${process.platform} on ${process.arch}`,
  license: 'Apache-2.0',
  os: [process.platform],
  cpu: [process.arch],
  files: ['tidb-server', 'manifest.json', 'LICENSE', 'THIRD-PARTY-LICENSES.txt'],
  preferUnplugged: true,
})
write('manifest.json', manifest)
write(
  'README.md',
  `# ${name}\n\nTiDB ${release} (commit ${plan.commit}), built from \`github.com/pingcap/tidb ${plan.moduleVersion}\` with\nnothing changed, for vitest-tidb. SHA-256 of \`tidb-server\`: \`${manifest.sha256}\`\n`,
)
write(
  'THIRD-PARTY-LICENSES.txt',
  values.licenses === undefined ? goModuleLicenses(binary) : readFileSync(values.licenses, 'utf8'),
)
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
linkOrCopy(binary, join(folder, 'tidb-server'))
chmodSync(join(folder, 'tidb-server'), 0o755)
console.log(folder)

/** 135 MB need not be there twice, where both are on one file system. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    execFileSync('cp', ['-p', from, to])
  }
}
