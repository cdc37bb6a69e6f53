import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** Where Debian, Ubuntu, Fedora and macOS put it; CHROMIUM_PATH is for others. */
const PATHS = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Nothing that asks the network, and nothing that needs a screen. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const chromiumPath = PATHS.find((path) => path !== undefined && existsSync(path))

/** Why tests in a browser are skipped; undefined when they are not. */
export const noBrowser = chromiumPath === undefined ? 'there is no Chromium: apt-get install chromium' : undefined

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }), args: FLAGS })
}
