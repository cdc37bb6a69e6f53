import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))
const PACKAGE = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/

/** The page of reports in one file: its script, its styles, and the licences of the libraries in them. */
export async function buildPage(): Promise<string> {
  const { script, style, modules } = await bundle()
  const page = readFileSync(join(FOLDER, 'page.html'), 'utf8')
  return page
    .replace('/*__STYLE__*/', () => style)
    .replace('/*__SCRIPT__*/', () => script.replaceAll('</script', String.raw`<\/script`))
    .concat(`<!--\n${licences(modules)}\n-->\n`)
}

/** The same, built once for as long as its sources are the same: for runs from the sources of the toolkit. */
export async function cachedPage(): Promise<string> {
  const root = join(FOLDER, '../..')
  const folder = join(root, 'node_modules/.cache/vitest-tidb')
  const sources = [FOLDER, join(root, 'src/report')].flatMap((each) =>
    readdirSync(each)
      .toSorted()
      .map((name) => join(each, name)),
  )
  const hash = createHash('sha256')
  for (const source of [...sources, join(root, 'package-lock.json')]) hash.update(readFileSync(source))
  const path = join(folder, `report-page-${hash.digest('hex').slice(0, 16)}.html`)
  if (existsSync(path)) return readFileSync(path, 'utf8')
  const page = await buildPage()
  mkdirSync(folder, { recursive: true })
  // Several runs may build it at once.
  writeFileSync(`${path}.${process.pid}`, page)
  renameSync(`${path}.${process.pid}`, path)
  return page
}

async function bundle(): Promise<{ script: string; style: string; modules: readonly string[] }> {
  const result = (await build({
    root: FOLDER,
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      lib: {
        entry: join(FOLDER, 'main.tsx'),
        formats: ['iife'],
        name: 'report',
        fileName: 'page',
        cssFileName: 'page',
      },
    },
  })) as Rolldown.RolldownOutput | Rolldown.RolldownOutput[]
  const { output } = [result].flat()[0] ?? { output: [] as Rolldown.RolldownOutput['output'][number][] }
  const chunk = output.find((file) => file.type === 'chunk')
  const style = output.find((file) => file.type === 'asset' && file.fileName.endsWith('.css'))
  if (chunk === undefined || style?.type !== 'asset') throw new Error('the page of reports could not be built')
  return { script: chunk.code.trim(), style: String(style.source).trim(), modules: chunk.moduleIds }
}

/** They ask to go with every copy. */
function licences(modules: readonly string[]): string {
  const folders = [...new Set(modules.flatMap((id) => PACKAGE.exec(id)?.[1] ?? []))].toSorted()
  return folders.map(licenceOf).join('\n\n')
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: string
  }
  const file = existsSync(folder) ? readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry)) : undefined
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}`
  return `${name} ${version} (${license ?? 'licence below'})${text}`.replaceAll('--', '- -')
}
