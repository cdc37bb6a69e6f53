import { join, relative } from 'node:path'
import type { SerializedError } from 'vitest'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import type { ResolvedConfig } from '../../config/resolved-config.ts'
import { isTidbTestError, messageOf } from '../../errors/tidb-test-error.ts'
import '../../report/task-meta.ts'
import { commandLineSources } from '../command-line.ts'
import { rememberedConfig, runRecordOf } from './run-facts.ts'

/**
 * Writes what tests did on TiDB into one HTML file, `.vitest/tidb/report.html` unless `report.file` says otherwise. The
 * plugin adds it to the reporters of a run, whichever they are.
 */
export class TidbReporter implements Reporter {
  #vitest: Vitest | undefined

  async onInit(vitest: Vitest): Promise<void> {
    this.#vitest = vitest
    if (!hasReporter(vitest, 'junit')) return
    const { describeInJUnit } = await import('./junit-properties.ts')
    describeInJUnit(vitest)
  }

  /** Shards pass it on in their blobs, which are written when the run has ended. */
  onTestModuleEnd(module: TestModule): void {
    if (this.#vitest === undefined || !usesTidb(module)) return
    const record = runRecordOf(this.#vitest)
    if (record !== undefined) module.meta().tidbRun = record
  }

  async onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): Promise<void> {
    const vitest = this.#vitest
    if (vitest === undefined || !testModules.some(usesTidb)) return
    const config = await configOf(vitest)
    if (config?.report.enabled !== true) return
    const failed = testModules.some((module) => module.state() === 'failed') || unhandledErrors.length > 0
    const path = pathOf(vitest, config)
    try {
      const { reportDataOf } = await import('./report-data.ts')
      const secrets = config.database.password === undefined ? [] : [config.database.password]
      const data = reportDataOf({ vitest, testModules, unhandledErrors, secrets })
      if (data === undefined) return
      const { GITHUB_STEP_SUMMARY: summary } = process.env
      if (process.env['GITHUB_ACTIONS'] === 'true' && summary !== undefined && summary !== '') {
        const { appendJobSummary } = await import('./job-summary.ts')
        await appendJobSummary(summary, data)
      }
      // Blobs are merged, and the report is written then.
      if (hasReporter(vitest, 'blob')) return
      const { writeReport } = await import('./write-report.ts')
      await writeReport(path, data)
      if (failed || isMerge(vitest)) vitest.logger.log(`TiDB report: ${relative(process.cwd(), path) || path}`)
    } catch (error) {
      // A disk that is full, say: tests have not failed of it.
      vitest.logger.warn(`vitest-tidb: the report was not written to ${path}: ${messageOf(error)}`)
    }
  }
}

function usesTidb(module: TestModule): boolean {
  for (const test of module.children.allTests()) if (test.meta().tidb !== undefined) return true
  return false
}

/** Undefined when it is wrong, which the global setup has said. A merge of shards has no global setup. */
async function configOf(vitest: Vitest): Promise<ResolvedConfig | undefined> {
  const known = rememberedConfig(vitest)
  if (known !== undefined) return known
  try {
    const { resolveRunConfig } = await import('../resolve-run-config.ts')
    return resolveRunConfig(vitest)
  } catch (error) {
    if (isTidbTestError(error)) return undefined
    throw error
  }
}

function pathOf(vitest: Vitest, { report }: ResolvedConfig): string {
  const folder = commandLineSources().cwd ?? vitest.config.root
  return report.file ?? join(folder, '.vitest', 'tidb', 'report.html')
}

function isMerge({ config }: Vitest): boolean {
  return Boolean(config.mergeReports)
}

function hasReporter({ config }: Vitest, name: string): boolean {
  return config.reporters.some((reporter) => Array.isArray(reporter) && reporter[0] === name)
}
