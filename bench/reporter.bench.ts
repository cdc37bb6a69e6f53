// CPU time of `vitest run` with 500 SQL tests, everything that it starts included, with the report of the run against
// without. It misses what ends without being waited for, which is the same on both sides.
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Installed } from './installed.ts'
import { alternate, publish } from './measure.ts'

const PAIRS = 12
const FILES = 5
const TESTS_IN_FILE = 100

const TESTS = `import { test, expect } from 'vitest-tidb'
for (let n = 1; n <= ${TESTS_IN_FILE}; n++) {
  test('account ' + n + ' is found by its email', async ({ db }) => {
    await db.run\`INSERT INTO account VALUES (\${n}, \${'user' + n + '@example.com'})\`
    await expect(db.query\`SELECT id FROM account WHERE email = \${'user' + n + '@example.com'}\`).toReturnRows([{ id: n }])
    await expect(db.run\`INSERT INTO account VALUES (\${n + 1}, \${'user' + n + '@example.com'})\`).toFailWith('ER_DUP_ENTRY')
  })
}
`

const installed = await Installed.create()
try {
  const projectWith = (name: string, options: string): Promise<string> =>
    installed.project(name, {
      'vitest.config.ts': `import { defineConfig } from 'vitest/config'\nimport { tidb } from 'vitest-tidb/plugin'\nexport default defineConfig({ plugins: [tidb(${options})], test: { maxWorkers: 2 } })\n`,
      'schema.sql': 'CREATE TABLE account (id BIGINT PRIMARY KEY, email VARCHAR(64) UNIQUE);\n',
      ...Object.fromEntries(Array.from({ length: FILES }, (_, file) => [`accounts-${file}.test.ts`, TESTS])),
    })
  const reported = await projectWith('reported', `{ schema: './schema.sql' }`)
  const bare = await projectWith('bare', `{ schema: './schema.sql', report: false }`)
  // The template of the schema is made once.
  await cpuTime(reported)
  await cpuTime(bare)
  const { size } = await stat(join(reported, '.vitest/tidb/report.html'))
  const { ours, peer } = await alternate(
    PAIRS,
    () => cpuTime(reported),
    () => cpuTime(bare),
  )
  await publish([
    {
      bench: 'reporter',
      title: `CPU time of vitest run with ${FILES * TESTS_IN_FILE} SQL tests; the report has ${Math.round(size / 1_000)} kB`,
      unit: 'ms',
      better: 'lower',
      peer: 'the same run with tidb({ report: false })',
      oursSamples: ours,
      peerSamples: peer,
      target: 1.03,
    },
  ])
} finally {
  await installed.remove()
}

/** Milliseconds that a run and all that it waited for spent, in user and in system mode. The shell knows. */
async function cpuTime(project: string): Promise<number> {
  const vitest = [process.execPath, installed.vitestPath, 'run']
  const script = '"$@" >&2 || exit 1; times'
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...vitest], {
    cwd: project,
    maxBuffer: 1 << 26,
  })
  const [, ofChildren = ''] = stdout.trim().split('\n')
  const times = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)]
  if (times.length !== 2) throw new Error(`the shell tells no times: ${stdout}`)
  return times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000, 0)
}
