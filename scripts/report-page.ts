import type { Rolldown } from 'tsdown'
import { buildPage } from '../src/report-page/build-page.ts'

/** Puts the page of reports into the package, beside the bundle of the reporter that fills it. */
export function reportPage(): Rolldown.Plugin {
  return {
    name: 'report-page',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'report-page.html', source: await buildPage() })
    },
  }
}
