import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { noBrowser, openBrowser } from './support/chromium.ts'
import { seriousFindings } from './support/serious-findings.ts'
import { UserProject } from './support/user-project.ts'

const TESTS = `
import { test, expect } from 'vitest-tidb'
const bank = 'CREATE TABLE account (id INT PRIMARY KEY, owner VARCHAR(64), balance INT); INSERT INTO account VALUES (1, "a", 100), (2, "b", 50)'
test.describe('transfers', () => {
  test('wait for each other', async ({ db, sessions }) => {
    await db.script(bank)
    const { alice, bob } = await sessions('alice', 'bob')
    await alice.run\`BEGIN\`
    await alice.run\`UPDATE account SET balance = balance - \${30} WHERE id = 1\`
    const waiting = bob.start\`UPDATE account SET balance = balance + 20 WHERE id = 1\`
    await expect(waiting).toBeBlockedBy(alice)
    await alice.run\`ROLLBACK\`
    await waiting.result()
    await db.run\`INSERT INTO account VALUES (3, \${"O'Brien \\\\\\\\ </script>"}, 0)\`
    await expect(db.query\`SELECT balance FROM account WHERE id = 1\`).toReturnRows([{ balance: 1 }])
  })
})
test('times out in a wait', { timeout: 8_000 }, async ({ db, sessions }) => {
  await db.script(bank)
  const { alice, bob } = await sessions('alice', 'bob')
  await alice.script('BEGIN; UPDATE account SET balance = 1 WHERE id = 1')
  await bob.run\`UPDATE account SET balance = 2 WHERE id = 1\`
})
test('meets at a barrier', async ({ coordinator }) => {
  await coordinator.run({}, {
    alice: async (c) => { await c.barrier('start'); c.mailbox.send('bob', 'hello', 1); await c.session.query\`SELECT 'of alice'\` },
    bob: async (c) => { await c.barrier('start'); await c.mailbox.receive('hello'); await c.session.query\`SELECT 'of bob'\` },
  })
})
test('shows write skew', async ({ isolation }) => {
  const steps = (name) => ({ begin: 'BEGIN', read: 'SELECT * FROM duty', write: \`UPDATE duty SET n = 0 WHERE name = '\${name}'\`, commit: 'COMMIT' })
  const scenario = isolation({
    setup: ['CREATE TABLE duty (name VARCHAR(8) PRIMARY KEY, n INT)', "INSERT INTO duty VALUES ('a', 1), ('b', 1)"],
    sessions: { alice: steps('a'), bob: steps('b') },
  })
  const order = ['begin', 'read', 'write', 'commit'].flatMap((step) => ['alice.' + step, 'bob.' + step])
  await expect(scenario.permutation(...order)).toAllow('G2-item')
})
test('explains', async ({ db }) => {
  await db.script(bank)
  await expect(db.query\`SELECT * FROM account WHERE id = 1\`).toUseIndex('PRIMARY')
})
test('cuts the wire', async ({ faults }) => {
  const { teller } = await faults.sessions('teller')
  await faults.latency({ milliseconds: 20 }, async () => { await teller.query\`SELECT 1\` })
})
test.describe('a server of its own', () => {
  test.override('databaseMode', 'server')
  test('stands still', async ({ faults }) => {
    const { teller } = await faults.sessions('teller')
    const waiting = await faults.server.pause(async () => teller.start\`SELECT 'late'\`)
    await waiting.result()
  })
})
test('hostile </script><script>document.title = "taken over"</script> \\u2028', async ({ db }) => {
  await db.query\`SELECT \${'</script><img src=x onerror=alert(1)>'} AS x\`
})
test.skip('later', () => {})
`

/** A machine may be busy. */
const SOON = { timeout: 30_000 }

let browser: Promise<Browser> | undefined
let report: Promise<string> | undefined

/** The report of one run, which all tests look at. A project of a user goes with its test. */
async function writtenReport(): Promise<string> {
  const project = await UserProject.create({ 'bank.test.js': TESTS })
  const { output } = await project.vitest()
  expect(output).toContain('TiDB report: .vitest/tidb/report.html')
  const folder = await mkdtemp(join(tmpdir(), 'vitest-tidb-report-'))
  const path = join(folder, 'report.html')
  await copyFile(join(project.folder, '.vitest/tidb/report.html'), path)
  return path
}

afterAll(async () => {
  await (await browser)?.close()
  if (report !== undefined) await rm(join(await report, '..'), { recursive: true, force: true })
})

const inBrowser = test.skipIf(noBrowser !== undefined)
if (noBrowser !== undefined) console.warn(`tests of the report are skipped: ${noBrowser}`)

async function open(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  report ??= writtenReport()
  browser ??= openBrowser()
  const path = await report
  const context = await (await browser).newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(`the page threw ${error.message}`))
  page.on('request', (request) => {
    if (!/^(file|blob|data):/.test(request.url())) wrong.push(`the page asked for ${request.url()}`)
  })
  onTestFinished(() => expect(wrong).toEqual([]))
  await page.goto(`${pathToFileURL(path).href}${hash}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

inBrowser('opens from disk at the first test that failed, and asks nothing of the network', async () => {
  const page = await open()
  expect(await page.title()).toBe('TiDB report')
  expect(await page.getByRole('heading', { level: 2 }).textContent()).toContain('transfers › wait for each other')
  expect(await page.getByRole('banner').textContent()).toMatch(/2 failed.*6 passed, 1 skipped, 9 tests/)
  expect((await stat(await (report ?? ''))).size).toBeLessThan(300_000)
})

inBrowser('its tests are filtered, searched by what they sent, and gone through with the keyboard', async () => {
  const page = await open()
  const tests = page.getByRole('navigation', { name: 'Tests' })
  expect(await tests.getByRole('link').count()).toBe(9)
  await tests.getByRole('button', { name: 'failed' }).click()
  expect(await tests.getByRole('link').count()).toBe(2)
  await tests.getByRole('button', { name: 'all' }).click()
  await page.keyboard.press('/')
  await page.keyboard.type('of alice')
  expect(await tests.getByRole('link').allTextContents()).toEqual([expect.stringContaining('meets at a barrier')])
  await page.keyboard.press('Escape')
  await tests.getByRole('link').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByRole('heading', { level: 2 }).textContent(), SOON).toContain('times out in a wait')
  await page.goBack()
  await expect.poll(() => page.getByRole('heading', { level: 2 }).textContent(), SOON).toContain('wait for each other')
})

inBrowser('a lane for each session shows what was blocked by whom, and the arrow keys go along', async () => {
  const page = await open()
  expect(await page.locator('.labels li').allTextContents()).toEqual(['db', 'alice', 'bob'])
  expect(await page.locator('.bar').count()).toBe(7)
  expect(await page.locator('rect.blocked').count()).toBe(1)
  expect(await page.locator('.arrow title').textContent()).toBe('bob waits for alice: row account(1)')
  expect(await page.locator('.transaction.rollback').count()).toBe(1)
  await page.locator('.bar').first().focus()
  for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowRight')
  const chosen = page.locator('.chosen-statement')
  await expect.poll(() => chosen.textContent(), SOON).toContain('UPDATE account SET balance = balance + 20')
  expect(await chosen.textContent()).toMatch(/waited .* for alice: row account\(1\)/)
  expect(await page.locator('tr.chosen').textContent()).toContain('balance + 20')
  await page.getByRole('button', { name: 'to scale' }).click()
  const width = async (): Promise<number> => Number(await page.locator('.drawing svg').getAttribute('width'))
  const before = await width()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  await expect.poll(width, SOON).toBeGreaterThan(before * 1.5)
})

inBrowser('statements are searched, and copied as a script', async () => {
  const page = await open()
  const statements = page.getByRole('region', { name: 'Table of statements' })
  await page.getByRole('searchbox', { name: 'Search statements' }).fill("O''Brien")
  expect(await statements.locator('tbody tr').count()).toBe(1)
  await page.getByRole('searchbox', { name: 'Search statements' }).fill('')
  await page.getByRole('combobox', { name: 'Session' }).selectOption('alice')
  expect(await statements.locator('tbody tr').count()).toBe(3)
  await page.getByRole('button', { name: 'Copy as .sql' }).click()
  await page.getByText('Copied', { exact: true }).waitFor()
  const copied = await page.evaluate('navigator.clipboard.readText()')
  expect(String(copied).split('\n').slice(2)).toEqual([
    "SET time_zone = '+00:00';",
    'BEGIN;',
    'UPDATE account SET balance = balance - 30 WHERE id = 1;',
    'ROLLBACK;',
    '',
  ])
})

inBrowser(
  'barriers, messages, anomalies, plans, faults, the wait-for graph and the environment are shown',
  async () => {
    const page = await open('#test-1')
    expect(
      await page
        .getByRole('region', { name: /^Who waited/ })
        .getByRole('img')
        .getAttribute('aria-label'),
    ).toBe('bob waits for alice')
    await page.goto(`${page.url().split('#')[0]}#test-2`)
    await expect.poll(() => page.locator('.event.barrier').count(), SOON).toBe(2)
    expect(await page.locator('.event.message title').allTextContents()).toEqual(['alice: message hello to bob'])
    await page.goto(`${page.url().split('#')[0]}#test-3`)
    const anomalies = page.getByRole('region', { name: 'Anomalies by setting' })
    await anomalies.waitFor()
    expect(await anomalies.getByRole('row', { name: /G2-item/ }).textContent()).toContain('✗ occurs')
    await page.goto(`${page.url().split('#')[0]}#test-4`)
    await page.getByRole('region', { name: 'Plan as a table' }).getByText('Point_Get').waitFor()
    await page.goto(`${page.url().split('#')[0]}#test-5`)
    await page.getByRole('region', { name: 'Table of faults' }).getByText('latency').first().waitFor()
    await page.goto(`${page.url().split('#')[0]}#test-6`)
    await page.getByRole('row', { name: /pause server stopped where it was, then went on/ }).waitFor()
    expect(await page.locator('.labels li').allTextContents()).toEqual(['faults', 'teller'])
    expect(await page.locator('.bar.fault title').textContent()).toMatch(
      /^faults, fault, .*: pause on server: stopped where it was, then went on$/,
    )
    await page.getByRole('link', { name: 'Environment' }).click()
    await page.getByRole('row', { name: /^test\.rows/ }).waitFor()
  },
)

inBrowser('what tests are called and send stays text', async () => {
  const page = await open('#test-7')
  expect(await page.getByRole('heading', { level: 2 }).textContent()).toContain('hostile </script><script>')
  expect(await page.title()).toBe('TiDB report')
  expect(await page.locator('img[src]').count()).toBe(0)
})

inBrowser.for([
  ['light', 1280, ['#test-0', '#test-1', '#test-2', '#test-3', '#test-4', '#test-6', '#environment']],
  ['dark', 1280, ['#test-0', '#test-1', '#test-6', '#environment']],
  ['light', 375, ['#test-0', '']],
] as const)('axe finds nothing serious in %s at a width of %d', async ([colorScheme, width, places]) => {
  for (const hash of places) {
    const page = await open(hash, { colorScheme, viewport: { width, height: 800 } })
    expect(await seriousFindings(page), hash).toEqual([])
  }
})

inBrowser('on a phone the list comes first, nothing is wider than the screen, and there is a way back', async () => {
  const page = await open('', { viewport: { width: 375, height: 700 }, isMobile: true, hasTouch: true })
  await page.getByRole('link', { name: /times out in a wait/ }).tap()
  await page.getByRole('heading', { level: 2, name: /times out/ }).waitFor()
  expect(await page.getByRole('navigation', { name: 'Tests' }).isVisible()).toBe(false)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375)
  await page.getByRole('link', { name: 'All tests' }).tap()
  await page.getByRole('navigation', { name: 'Tests' }).waitFor()
})
