import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { localBinary, noTidb } from './support/bare-machine.ts'
import { ownServer } from './support/own-server.ts'
import { PASSING } from './support/passing-test.ts'
import { tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

const hasIPv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'))

test.skipIf(!hasIPv6)('an IPv6 address stands in brackets wherever it has a port (needs ::1)', async ({ skip }) => {
  const project = await UserProject.create({ 'pass.test.ts': PASSING })
  const binary = await localBinary(project)
  if (binary === undefined) return skip('there is no tidb-server on this machine')
  const { port } = await ownServer(project, binary, { host: '::1' })
  const run = await project.vitest(['run'], { ...noTidb, TIDB_HOST: `[::1]:${port}` })
  expect(run.output).toContain(`from external: mysql://root@[::1]:${port}/ (environment variable TIDB_HOST)`)
  expect(run.output).toMatch(/Tests\s+1 passed \(1\)/)
  for (const [args, env] of [
    [['--host', `[::1]:${port}`], {}],
    [['--host', '::1', '--port', String(port)], {}],
    [[], { TIDB_HOST: '[::1]', TIDB_PORT: String(port) }],
  ] as const) {
    const { exitCode, output } = await tidbTest(project, ['check', ...args], env)
    expect(output).toContain(`mysql://root@[::1]:${port}/`)
    expect(exitCode).toBe(0)
  }
  const refused = await tidbTest(project, ['check', '--host', '[::1]:1'])
  expect(refused.output).toContain('Nothing listens on [::1]:1.')
  expect(refused.exitCode).toBe(1)
})
