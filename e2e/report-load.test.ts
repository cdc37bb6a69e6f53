import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Locator } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import type { LoadResult } from 'vitest-tidb'
import { noBrowser, openBrowser } from './support/chromium.ts'
import { seriousFindings } from './support/serious-findings.ts'
import { UserProject } from './support/user-project.ts'

const TESTS = `
import { writeFile } from 'node:fs/promises'
import { expect, test, workloads } from 'vitest-tidb'
test('a load beside its baseline', { timeout: 240_000 }, async ({ db, load }) => {
  await db.script('CREATE TABLE orders (id INT PRIMARY KEY, n INT); INSERT INTO orders VALUES (0, 0)')
  let sent = 0
  const orders = workloads.own({
    name: 'orders',
    step: (session) => (sent++ % 3 === 2 ? session.run\`INSERT INTO orders VALUES (0, 1)\` : session.query\`SELECT n FROM orders\`),
  })
  const before = await load.run(orders, { sessions: 2, duration: 2_200, warmup: 0 })
  const after = await load.run(orders, { sessions: 3, duration: 2_200, warmup: 0 })
  // How fast the machine is must not decide.
  const kept = after.throughput >= before.throughput * 0.5
  if (kept) expect(after).toKeepUpWith(before, { within: 0.5 })
  else expect(after).not.toKeepUpWith(before, { within: 0.5 })
  await writeFile('loads.json', JSON.stringify({ before, after, kept }))
})
`

interface Loads {
  readonly before: LoadResult
  readonly after: LoadResult
  readonly kept: boolean
}

const number = new Intl.NumberFormat('en-US')

test(
  'charts of a load are drawn from what was measured, beside its baseline',
  { timeout: 300_000 },
  async ({ skip }) => {
    skip(noBrowser !== undefined, noBrowser)
    const project = await UserProject.create({ 'load.test.js': TESTS })
    const { exitCode, output } = await project.vitest()
    expect(exitCode, output).toBe(0)
    const loads = JSON.parse(await readFile(join(project.folder, 'loads.json'), 'utf8')) as Loads
    const { before, after, kept } = loads
    const browser = await openBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ locale: 'en-US', viewport: { width: 1_280, height: 900 } })
    await page.goto(pathToFileURL(join(project.folder, '.vitest/tidb/report.html')).href)
    const panels = page.getByRole('region', { name: 'Load: orders' })
    await panels.nth(1).waitFor()
    expect(await panels.count()).toBe(2)
    const first = panels.nth(0)
    const second = panels.nth(1)

    const failed = after.errors.reduce((sum, { count }) => sum + count, 0)
    expect(await second.locator('p').first().textContent()).toMatch(
      new RegExp(`^${after.transactions} operations succeeded in .*, ${failed} failed\\.$`),
    )
    const row = (name: string): Promise<string[]> =>
      second.getByRole('row', { name }).first().locator('td').allTextContents()
    const figures = (await row('operations a second')).slice(0, 2)
    expect(figures).toEqual([after.throughput.toFixed(2), before.throughput.toFixed(2)])
    expect((await row('p99, ms')).slice(0, 2)).toEqual([after.latency.p99.toFixed(2), before.latency.p99.toFixed(2)])
    const verdict = kept ? 'Within what it allows.' : 'Beyond what it allows.'
    expect(await second.getByText('The baseline is orders.').textContent()).toContain(verdict)

    const throughput = chartOf(second, 'Operations and errors a second')
    const latency = chartOf(second, 'Latency over time, ms')
    const histogram = chartOf(second, 'Operations by latency')
    expect(await legendOf(throughput)).toEqual(['at', 'operations/s', 'errors/s', 'operations/s, baseline'])
    expect(await legendOf(latency)).toEqual(['at', 'p50', 'p95', 'p99', 'max', 'p99, baseline'])
    expect(await legendOf(histogram)).toEqual(['latency', 'operations', 'operations, baseline'])
    expect(await legendOf(chartOf(first, 'Operations and errors a second'))).toEqual(['at', 'operations/s', 'errors/s'])

    const opening = secondOf(after, 0)
    const openingBefore = secondOf(before, 0)
    expect((await numbersOf(throughput)).slice(0, 2)).toEqual(
      [0, 1].map((index) => [
        String(index + 1),
        ...[
          secondOf(after, index).transactions,
          secondOf(after, index).errors,
          secondOf(before, index).transactions,
        ].map(String),
      ]),
    )
    // Under the pointer is what was measured in the first second.
    expect(await readAtLeft(throughput)).toEqual([
      '1 s',
      number.format(opening.transactions),
      number.format(opening.errors),
      number.format(openingBefore.transactions),
    ])
    const latencies = [opening.p50, opening.p95, opening.p99, opening.max, openingBefore.p99]
    expect(await readAtLeft(latency)).toEqual(['1 s', ...latencies.map(shown)])
    const bars = await numbersOf(histogram)
    const sum = (column: number): number => bars.reduce((total, cells) => total + Number(cells[column]), 0)
    expect([sum(1), sum(2)]).toEqual([after.transactions, before.transactions])
    expect(bars[0]!.slice(1).some((count) => count !== '0')).toBe(true)

    for (const [chart, colours] of [
      [throughput, ['--chart-1', '--bad', '--text']],
      [latency, ['--chart-1', '--chart-4', '--text']],
      [histogram, ['--chart-1', '--text']],
    ] as const) {
      for (const colour of colours) expect(await drawn(chart, colour), colour).toBeGreaterThan(20)
    }
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Dark' }).click()
    await expect.poll(() => drawn(histogram, '--chart-1'), { timeout: 30_000 }).toBeGreaterThan(20)
    expect(await seriousFindings(page)).toEqual([])
  },
)

const NOTHING = { transactions: 0, errors: 0, p50: null, p95: null, p99: null, max: null }

/** On a machine that is very busy nothing may end in a second. */
function secondOf({ series }: LoadResult, second: number) {
  const found = series.find((each) => each.second === second)
  return found === undefined || found.transactions === 0 ? { ...NOTHING, errors: found?.errors ?? 0 } : found
}

function shown(latency: number | null): string {
  return latency === null ? '--' : number.format(latency)
}

function chartOf(panel: Locator, title: string): Locator {
  return panel.locator('figure').filter({ has: panel.page().getByText(title, { exact: true }) })
}

async function legendOf(chart: Locator): Promise<string[]> {
  return chart.locator('.u-legend .u-label').allTextContents()
}

/** The cells of each row of the table that stands under a chart. */
async function numbersOf(chart: Locator): Promise<string[][]> {
  const rows = await chart.locator('details tbody tr').all()
  return Promise.all(rows.map((row) => row.locator('td').allTextContents()))
}

/** What the legend says of the leftmost place, with the pointer over it. */
async function readAtLeft(chart: Locator): Promise<string[]> {
  await chart.scrollIntoViewIfNeeded()
  const area = await chart.locator('.u-over').boundingBox()
  if (area === null) throw new Error('the chart has no area')
  await chart.page().mouse.move(area.x + 2, area.y + area.height / 2)
  await expect.poll(() => chart.locator('.u-legend .u-value').first().textContent(), { timeout: 30_000 }).toBe('1 s')
  return chart.locator('.u-legend .u-value').allTextContents()
}

/** How many pixels of the drawing have the colour of a CSS variable. */
function drawn(chart: Locator, variable: string): Promise<number> {
  return chart.locator('canvas').evaluate((canvas: Canvas, name) => {
    const view = globalThis as unknown as View
    const hex = view.getComputedStyle(canvas).getPropertyValue(name).trim()
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let count = 0
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue && data[at + 3] === 255) count++
    }
    return count
  }, variable)
}

/** What the page's own side has of the DOM; Node's types have none. */
interface Canvas {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { readonly data: Uint8ClampedArray }
  }
}

interface View {
  getComputedStyle(element: unknown): { getPropertyValue(name: string): string }
}
