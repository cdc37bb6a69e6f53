import type { TestContext } from 'vitest'
import { missingPrograms } from '../../src/backends/cluster/local/programs.ts'
import { defaultCacheDirectory } from '../../src/backends/local/default-cache-directory.ts'
import { tidbTest } from './tidb-test.ts'
import type { UserProject } from './user-project.ts'

/** Skips a test where they are missing: servers are built ahead of the tests, by `tidb-test install --cluster`. */
export async function needPrograms({ skip }: Pick<TestContext, 'skip'>): Promise<void> {
  const cacheDirectory = process.env['VITEST_TIDB_CACHE'] ?? defaultCacheDirectory()
  const missing = (await missingPrograms({ cacheDirectory })).map(({ name }) => name)
  if (missing.length > 0) skip(`${missing.join(', ')} not built: tidb-test install --cluster`)
}

/** Paths of PD and of the store. */
export async function clusterPrograms(project: UserProject): Promise<{ readonly pd: string; readonly kv: string }> {
  const { output } = await tidbTest(project, ['install', '--cluster', '--json'])
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as { pd: string; kv: string }
}
