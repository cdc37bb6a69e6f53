// Wall time of `vitest run` with one SQL test and a warm cache, against the same run with one empty test and no plugin,
// plus what starting a TiDB takes.
import { openSession } from '../src/connections/open-session.ts'
import { Installed } from './installed.ts'
import { localBackend } from './local-tidb.ts'
import { alternate, publish, timed } from './measure.ts'

const PAIRS = 12
const installed = await Installed.create()
const { running } = await localBackend()

try {
  const withTidb = await installed.project('with-tidb', {
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'\nimport { tidb } from 'vitest-tidb/plugin'\nexport default defineConfig({ plugins: [tidb()] })\n`,
    'one.test.ts': `import { test, expect } from 'vitest-tidb'\ntest('one', async ({ db }) => {\n  await expect(db.query\`SELECT 1 AS one\`).toReturnRows([{ one: 1 }])\n})\n`,
  })
  const plain = await installed.project('plain', {
    'vitest.config.ts': `import { defineConfig } from 'vitest/config'\nexport default defineConfig({})\n`,
    'one.test.ts': `import { test } from 'vitest'\ntest('one', () => {})\n`,
  })
  await installed.vitest(withTidb)
  await installed.vitest(plain)
  const starts: number[] = []
  const { ours, peer } = await alternate(
    PAIRS,
    () => timed(() => installed.vitest(withTidb)),
    async () => {
      const start = await startTime()
      starts.push(start)
      return start + (await timed(() => installed.vitest(plain)))
    },
  )
  await publish([
    {
      bench: 'one-test',
      title: 'vitest run with one SQL test, warm cache',
      unit: 'ms',
      better: 'lower',
      peer: 'vitest run with one empty test and no plugin, plus the start of one TiDB until a query is answered',
      oursSamples: ours,
      peerSamples: peer,
      percentiles: [50, 95],
      target: 1.25,
    },
  ])
} finally {
  await running.stop()
  await installed.remove()
}

async function startTime(): Promise<number> {
  let server: Awaited<ReturnType<typeof running.openServer>> | undefined
  const milliseconds = await timed(async () => {
    server = await running.openServer()
    const session = await openSession({ name: 'bench', endpoint: server.endpoint })
    await session.query`SELECT 1`
    await session.close()
  })
  await server?.stop()
  return milliseconds
}
