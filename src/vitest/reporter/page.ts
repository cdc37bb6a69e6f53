import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** In the package the page lies built beside this file's bundle; among the sources it is built now. */
export async function readPage(): Promise<string> {
  const built = new URL('./report-page.html', import.meta.url)
  if (existsSync(built)) return readFile(built, 'utf8')
  const builder = new URL('../../report-page/build-page.ts', import.meta.url)
  if (!existsSync(builder)) {
    throw new Error(`the package vitest-tidb is incomplete: ${built.pathname} is missing; install it again`)
  }
  // Not written as a text, which would make the builder a part of the package.
  const { cachedPage } = (await import(builder.href)) as { cachedPage: () => Promise<string> }
  return cachedPage()
}
