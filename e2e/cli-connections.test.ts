import { expect, test } from 'vitest'
import { externalServer } from './support/external-server.ts'
import { startTidbTest, tidbTest } from './support/tidb-test.ts'
import { UserProject } from './support/user-project.ts'

interface Printed {
  readonly ok: boolean
  readonly connections: readonly {
    readonly connection: string
    readonly status: string
    readonly version: string | null
    readonly monitored: { readonly checks: number } | null
    readonly failure: { readonly state: string | null; readonly code: string | null } | null
  }[]
}

const printedBy = (output: string): Printed => JSON.parse(output.slice(output.indexOf('{\n'))) as Printed

test('connections are opened side by side to one server, and to several, and each is reported', async () => {
  const project = await UserProject.create({})
  const { env, port, password } = await externalServer(project)
  const { TIDB_USER, TIDB_PASSWORD } = env
  const account = { TIDB_USER, TIDB_PASSWORD, TIDB_RETRY_ATTEMPTS: '1' }

  const many = await tidbTest(project, ['connections', '--count', '12'], env)
  expect(
    many.output.match(/^connection-\d+ +mysql:\/\/shop@127\.0\.0\.1:\d+\/ +connected +8\.0\.\S+ +[\d.]+$/gm),
  ).toHaveLength(12)
  expect(many.output).toContain('All 12 connected.')
  expect(many.output).not.toContain(password)
  expect(many.exitCode).toBe(0)

  const hosts = ['connections', '-H', `127.0.0.1:${port}`, '-H', '127.0.0.1:1', '--json']
  const some = await tidbTest(project, [...hosts, '--count', '2'], account)
  expect(some.exitCode).toBe(1)
  const refused = { status: 'error', version: null, failure: { state: 'Connecting', code: 'CONNECT_REFUSED' } }
  expect(printedBy(some.output)).toMatchObject({
    ok: false,
    connections: [{ status: 'connected' }, { status: 'connected' }, refused, refused],
  })

  const simple = await tidbTest(
    project,
    [...hosts, '--simple', '--require', 'any', '--duration', '1s', '--interval', '10ms'],
    account,
  )
  expect(simple.exitCode).toBe(0)
  const { ok, connections } = printedBy(simple.output)
  expect(ok).toBe(true)
  expect(connections.map(({ status }) => status)).toEqual(['connected', 'connected', 'error', 'error'])
  expect(connections[0]?.monitored?.checks).toBeGreaterThanOrEqual(3)
  expect(connections[3]?.failure).toMatchObject({ state: null, code: 'CONNECT_REFUSED' })

  const watched = startTidbTest(project, ['connections', '--duration', '1h', '--show-sql'], env)
  await watched.until(/sql> SELECT VERSION/)
  watched.child.kill('SIGINT')
  expect((await watched.finished).exitCode).toBe(130)
})

test.for([
  [['--count', '101'], 'option --count: 101 connections are more than the 100 that are allowed'],
  [['--count', '3', '--max-connections', '5', '-H', 'a', '-H', 'b'], '6 connections are more than the 5'],
  [['--count', '0'], 'option --count: connections.count "0" is not allowed'],
  [['--require', 'few'], "argument 'few' is invalid. Give all, any, or a whole number"],
] as const)('connections %j is refused before anything is opened', async ([args, message]) => {
  const project = await UserProject.create({})
  const { exitCode, output } = await tidbTest(project, ['connections', ...args])
  expect(output).toContain(message)
  expect(exitCode).toBe(2)
})
