import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noBrowser, openBrowser } from './support/chromium.ts'
import { seriousFindings } from './support/serious-findings.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const run = promisify(execFile)
let site = ''

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'vitest-tidb-docs-'))
  await run(process.execPath, ['docs/generate/main.ts'], { cwd: root })
  await run('typedoc', ['--options', 'docs/typedoc.json'], { cwd: root })
  // A link that leads nowhere is an error of the build.
  await run('vitepress', ['build', 'docs', '--outDir', site], { cwd: root })
})

afterAll(async () => {
  await rm(site, { recursive: true, force: true })
})

test('the site is built whole, with no link that leads nowhere', () => {
  for (const page of ['index', 'start', 'tutorial/1-first-test', 'reference/matchers', 'reference/errors', 'python']) {
    expect(existsSync(join(site, `${page}.html`)), page).toBe(true)
  }
})

test('pages load nothing from elsewhere, and axe finds nothing serious on them', async ({ skip }) => {
  skip(noBrowser !== undefined, noBrowser)
  const server = await serve(site)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const chrome = await openBrowser()
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await chrome.newPage({ colorScheme })
      const elsewhere: string[] = []
      page.on('request', (request) => {
        if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) elsewhere.push(request.url())
      })
      for (const path of [
        '/',
        '/start',
        '/tutorial/2-several-sessions',
        '/how-to/import',
        '/reference/matchers',
        '/explanation/blocking',
      ]) {
        await page.goto(`${origin}${path}`, { waitUntil: 'load' })
        expect(await seriousFindings(page), `${path}, ${colorScheme}`).toEqual([])
      }
      expect(elsewhere).toEqual([])
      await page.close()
    }
  } finally {
    await chrome.close()
    server.close()
  }
})

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const name = path === '/' ? '/index.html' : /\.\w+$/.test(path) ? path : `${path}.html`
    void readFile(join(folder, name)).then(
      (body) => response.setHeader('content-type', TYPES[/\.\w+$/.exec(name)?.[0] ?? ''] ?? 'font/woff2').end(body),
      () => response.writeHead(404).end(),
    )
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return server
}
