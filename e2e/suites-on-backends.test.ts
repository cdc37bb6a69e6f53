import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { noTidb } from './support/bare-machine.ts'
import { needPrograms } from './support/cluster-programs.ts'
import { containerObstacle, onContainers, ownImage } from './support/containers.ts'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `npm run suites -- --backend NAME --smoke`, by the Node of this run. */
async function smoke(backend: string, env: NodeJS.ProcessEnv): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn(process.execPath, ['scripts/suites.ts', '--backend', backend, '--smoke'], {
    cwd: root,
    env: {
      ...process.env,
      VITEST: undefined,
      VITEST_POOL_ID: undefined,
      FORCE_COLOR: undefined,
      NODE_ENV: undefined,
      NO_COLOR: '1',
      ...noTidb,
      ...env,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, output }
}

function expectPassed({ exitCode, output }: Awaited<ReturnType<typeof smoke>>, backend: string): void {
  expect(output).toContain(`, from ${backend}: `)
  expect(output).toMatch(/Test Files\s+9 passed \(9\)/)
  expect(exitCode).toBe(0)
}

test('the smoke suites pass on the backend container', { timeout: 900_000 }, async ({ skip }) => {
  skip(containerObstacle !== undefined, containerObstacle)
  expectPassed(await smoke('container', { ...onContainers(await ownImage()), TIDB_BACKEND: undefined }), 'container')
})

test(
  'the smoke suites pass on the backend binary, and on an external server',
  { timeout: 900_000 },
  async ({ skip }) => {
    const built = await tidbTest(await UserProject.create({}), ['install'])
    if (built.exitCode !== 0) return skip(`there is no tidb-server to start: ${built.output.split('\n')[0]}`)
    const binary = built.output.trim().split('\n').at(-1)
    expectPassed(await smoke('binary', { TIDB_BINARY: binary }), 'binary')
    expectPassed(await smoke('external', {}), 'external')
  },
)

test('the smoke suites pass on the backend cluster', { timeout: 900_000 }, async (context) => {
  await needPrograms(context)
  expectPassed(await smoke('cluster', {}), 'cluster')
})

test('a backend that there is not is refused, and the others are named', async () => {
  const { exitCode, output } = await smoke('docker', {})
  expect(output).toMatch(/--backend docker is none of auto, external, binary, embedded, container/)
  expect(exitCode).toBe(2)
})
